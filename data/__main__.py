"""The command line: python -m data import | export | city | demo | backup | restore | verify | publish | digest | …"""

from __future__ import annotations

import os
import sys

from data.commands.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
