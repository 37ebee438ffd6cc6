"""What a name, an address and a person of an account must look like, wherever they come from."""

import re

USERNAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")
EMAIL_PATTERN = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\".]+(\.[^@\s<>,;\".]+)+")
LONGEST_NAME = 200
