#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mutants.py COUNT SEED FOLDER KNOWN FILE...: COUNT mutants of C files, or all with COUNT 0.

A mutant is a file in which one operator, constant or condition is another one, or one statement
is missing. They are written to FOLDER as 1.c, 2.c ..., and a line to standard output for each:
number, file, line, what was changed; with tabs between. The same seed chooses the same ones. Those
that the file KNOWN tells of, see there, have their reason as well."""
import random
import re
import sys

SWAPS = {
    "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
    "==": ("!=",), "!=": ("==",), "&&": ("||",), "||": ("&&",),
    "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",),
    "<<": (">>",), ">>": ("<<",), "&": ("|",), "|": ("&",),
    "+=": ("-=",), "-=": ("+=",), "|=": ("&=",), "&=": ("|=",), "++": ("--",), "--": ("++",),
    "true": ("false",), "false": ("true",), "break": ("continue",), "continue": ("break",),
}
SHOWN = 200  # characters by which the list of those that are known tells where one is
TOKEN = re.compile(r"->|<<=|>>=|[-+*/%&|^]=|<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--"
                   r"|[A-Za-z_]\w*|\d\w*|[^\s\w]")
HIDDEN = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
                    r"|^#\s*(?:include|ifn?def|if|endif|else|undef)[^\n]*", re.S | re.M)
DECLARATION = re.compile(r"(?:const |static |struct |enum |u8 |u32 |u64 |s64 |bool |int )")
NO_STATEMENT = re.compile(r"(?:return|break|continue|goto|if|for|while|do|else|switch|case|default)\b")


def hide(source):
    """The source with spaces in place of what is no code."""
    return HIDDEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), source)


def closing(code, at):
    """Where the bracket that opens at @at is closed."""
    depth = 0
    for i in range(at, len(code)):
        depth += (code[i] == "(") - (code[i] == ")")
        if not depth:
            return i
    raise ValueError("a bracket that is not closed")


def other_number(text):
    digits = re.match(r"0[xX][0-9a-fA-F]+|\d+", text).group()
    number = int(digits, 0)
    return str(1 - number if number < 2 else number + 1 if number <= 16 else 2 * number) + \
        text[len(digits):]


def in_function(code):
    """For each character: is it in braces that a function opened, or in a macro's value?"""
    inside, depth, body, result = False, 0, False, []
    for line in code.splitlines(keepends=True):
        macro = re.match(r"#\s*define\s+\w+(?:\([^)]*\))?", line)
        if line.startswith("{"):
            body = True
        for i, char in enumerate(line):
            depth += char == "{"
            inside = body and depth > 0
            result.append(inside or bool(macro) and i >= macro.end())
            depth -= char == "}"
        if not depth:
            body = False
    return result


def operators(code, counts):
    """Changes of operators and constants: from, to, new text, what that is."""
    before = ""
    for match in TOKEN.finditer(code):
        token, start, end = match.group(), match.start(), match.end()
        value = bool(re.match(r"[\w)\]]", before[-1:])) and not NO_STATEMENT.fullmatch(before)
        before = token
        if not counts[start]:
            continue
        spaced = code[start - 1].isspace() and code[end].isspace()
        if re.fullmatch(r"\d\w*", token):
            new = other_number(token)
            yield start, end, new, f"{token} becomes {new}"
        elif token == "!":
            yield start, end, "", "! is missing"
        elif token in SWAPS:
            if token in ("+", "-", "*", "/", "&", "|") and not (value and spaced):
                continue
            for new in SWAPS[token]:
                yield start, end, new, f"{token} becomes {new}"


def conditions(code, counts):
    """Conditions that are turned round, where no single operator does the same."""
    for match in re.finditer(r"\b(?:if|while) \(", code):
        start = match.end() - 1
        end = closing(code, start)
        text = code[start:end]
        if counts[start] and ("&&" in text or "||" in text or not re.search(r"[<>=!]", text)):
            yield start, end + 1, "(!" + code[start:end + 1] + ")", "the condition is turned round"


def statements(code, counts):
    """Statements that are missing."""
    for match in re.finditer(r"(?<=\n)\t+(?=[\w*(+-])", code):
        start, earlier = match.end(), code[:match.start()].rstrip()
        if not counts[start] or not re.search(r"[;{}):]$|\belse$", earlier):
            continue
        if DECLARATION.match(code, start):
            continue
        word = NO_STATEMENT.match(code, start)
        if word and word.group() not in ("break", "continue"):
            continue
        end = code.index(";", start)
        yield start, end, "", "the statement is missing"


def mutants_of(name):
    with open(name, encoding="utf-8") as file:
        source = file.read()
    code = hide(source)
    counts = in_function(code)
    for kind in (operators, conditions, statements):
        for start, end, new, what in kind(code, counts):
            line = source.count("\n", 0, start) + 1
            column = start - source.rfind("\n", 0, start)
            here = " ".join(source[start:start + SHOWN].split())
            yield name, line, column, what, source[:start] + new + source[end:], here


def known_of(path, names, mutants):
    """The reasons of mutants by file, line, column and what, each told of by one line of a file."""
    reasons = {}
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n") for line in file if not line.startswith("#")]
    for line in lines:
        fields = line.split("\t")
        if len(fields) != 4 or not all(fields):
            sys.exit(f"{path}: not file, mutation, source and reason: {line}")
        name, what, text, reason = fields
        if name not in names:
            continue
        meant = [m[:4] for m in mutants
                 if m[0] == name and m[3] == what and m[5].startswith(text)]
        if len(meant) != 1:
            sys.exit(f"{path}: {len(meant)} mutants are meant by: {line}")
        reasons[meant[0]] = reason
    return reasons


def main():
    if len(sys.argv) < 6 or not (sys.argv[1].isdecimal() and sys.argv[2].isdecimal()):
        sys.exit("usage: mutants.py COUNT SEED FOLDER KNOWN FILE...")
    count, seed, folder, names = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[5:]
    found = [mutant for name in names for mutant in mutants_of(name)]
    reasons = known_of(sys.argv[4], names, found)
    if 0 < count < len(found):
        found = random.Random(seed).sample(found, count)
    found.sort(key=lambda mutant: mutant[:4])
    for number, (name, line, column, what, text, _) in enumerate(found, 1):
        with open(f"{folder}/{number}.c", "w", encoding="utf-8") as file:
            file.write(text)
        reason = reasons.get((name, line, column, what))
        print(number, name, line, f"column {column}: {what}", *([reason] if reason else []),
              sep="\t")


main()
