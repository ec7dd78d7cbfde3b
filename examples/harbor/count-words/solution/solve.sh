#!/bin/bash
# SPDX-License-Identifier: MIT
tr -cs '[:alpha:]' '\n' <poem.txt | tr '[:upper:]' '[:lower:]' | sort | uniq -c | sort -k1,1nr -k2 |
  awk '$1 > 1 { print $1, $2 }' >counts.txt
