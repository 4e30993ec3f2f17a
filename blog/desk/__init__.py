"""The editor's desk in the admin: what every kind of page that is published has there. `page_admin` is the way in."""
