"""`python -m tests.standin`."""

import sys

from tests.standin.command_line import main

sys.exit(main(sys.argv[1:]))
