"""Invoices as files: PDF, electronic invoice (CII, UBL), CSV and JSON, all from one model (INV-4)."""
