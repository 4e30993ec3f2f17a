"""The clinic's numbers: how full it was, who came, and where bookings come from. Reads only.

Each module has one subject: it reads what it needs of a period, in SQL that adds up, and makes tables of it.
"""
