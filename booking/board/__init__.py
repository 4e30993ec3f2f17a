"""The board: a day of everybody, a week of one therapist, a month in counts. For the desk, and only reads.

`frame` says where on the board a time is, `rules` what the hours are and what stands against them, `cards` what the
appointments show, `columns` puts them into columns; `day`, `week` and `month` are what is shown, `stamp` whether it has
changed since.
"""
