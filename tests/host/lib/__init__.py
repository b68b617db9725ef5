# SPDX-License-Identifier: LGPL-2.1-or-later
# What host tests are written with. They run as root on a throw-away host (tests/README.md); only Python's own library is used.
