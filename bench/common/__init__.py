# SPDX-License-Identifier: MIT
"""What every benchmark uses: private kernels, the C programs, figures and how they are shown."""
