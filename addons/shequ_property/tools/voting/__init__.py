"""Votes of owners as they could be done on paper: the roll, the count, the chain.

Nothing here knows Odoo, and nothing outside this folder is needed: copied next to an
export it recounts the vote.

    python -m voting verify vote.zip
    python -m voting diff earlier.zip later.zip
"""
