"""`python -m tests.cases [FILE...]`: see `run`."""

import sys

from tests.cases.run import main

sys.exit(main(sys.argv[1:]))
