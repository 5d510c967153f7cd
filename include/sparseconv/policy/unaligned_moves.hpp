#pragma once

// GCC for 64-bit Windows keeps the stack aligned to 16 bytes, as the system's calls have it, but moves vectors of 32 and 64 bytes to
// and from it with instructions that stop the program where an address is no multiple of that (GCC's bug 54412; some distributions,
// as Debian, mend it). In what includes these headers the assembler takes the instructions that need no alignment instead. They are as
// fast where the address is aligned. Clang aligns the stack of such functions by itself.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && (defined(_WIN32) || defined(__CYGWIN__))
#define SPARSECONV_UNALIGNED_MOVES 1
__asm__(
    // Once, as link-time optimisation makes one text of several files.
    ".ifndef sparseconv_unaligned_moves\n"
    ".set sparseconv_unaligned_moves, 1\n"
    ".macro vmovaps operands:vararg\n"
    "\tvmovups \\operands\n"
    ".endm\n"
    ".macro vmovapd operands:vararg\n"
    "\tvmovupd \\operands\n"
    ".endm\n"
    ".macro vmovdqa operands:vararg\n"
    "\tvmovdqu \\operands\n"
    ".endm\n"
    ".macro vmovdqa32 operands:vararg\n"
    "\tvmovdqu32 \\operands\n"
    ".endm\n"
    ".macro vmovdqa64 operands:vararg\n"
    "\tvmovdqu64 \\operands\n"
    ".endm\n"
    ".endif\n");
#else
#define SPARSECONV_UNALIGNED_MOVES 0
#endif
