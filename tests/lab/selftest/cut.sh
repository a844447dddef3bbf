# SPDX-License-Identifier: MIT
# Results that do not arrive as they were sent.
ok "so far so good"
_lab_line "@result one name 6 $(printf 'abcdef' | crc32)"
_lab_line "=one $(printf 'abcdeX' | base64)"
_lab_line "@end one"
_lab_line "@result two unfinished 6 $(printf 'abcdef' | crc32)"
