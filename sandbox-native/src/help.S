// SPDX-License-Identifier: MIT
// The manual as a string: the text itself stays a file that can be read and searched.
        .section .rodata
        .global sb_help_text
        .type sb_help_text, %object
sb_help_text:
        .incbin "src/help.txt"
        .byte 0
        .size sb_help_text, . - sb_help_text
        .section .note.GNU-stack, "", %progbits
