"""The store: two tables behind one narrow seam."""
