"""AWS's services: a thin signed client in functions, boto3 in commands and tools, behind one port."""
