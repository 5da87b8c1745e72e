"""What `./shequ` is made of; the standard library is all it may import.

The two exceptions run inside the virtual environment and are started as
processes of their own: `odoo_script` and `demo`.
"""
