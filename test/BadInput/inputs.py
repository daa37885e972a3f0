# Inputs that do not fit the signature, .npy files and --input that say nonsense.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import io

import numpy as np

from case import Case, f32


def program(type):
    return f"func.func @f(%a: {type}) -> {type} {{\n  return %a : {type}\n}}"


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def with_header(header, data=b"", version=(1, 0)):
    """The bytes of a file with this header, whatever it says."""
    length = len(header).to_bytes(2 if version[0] == 1 else 4, "little")
    return b"\x93NUMPY" + bytes(version) + length + header.encode() + data


def with_shape(shape, data=b""):
    return with_header(f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n", data)


T4 = program("tensor<4xf32>")
ANY = program("tensor<?xf32>")
ANY2 = program("tensor<?x?xf32>")
FOUR = npy(f32(4))

CASES = [
    # Between the program and the input.
    Case("too-few", "takes 1 inputs, got 0: input 0, tensor<4xf32>, is missing", T4),
    Case("too-many", "takes 1 inputs, got 2", T4, [f32(4), f32(4)]),
    Case("rank", r"expected tensor<4xf32>, got 2x2xf32", T4, [f32(2, 2)]),
    Case("rank-0", r"expected tensor<4xf32>, got f32", T4, [f32()]),
    Case("scalar", r"expected f32, got 1xf32", program("f32"), [f32(1)]),
    Case("static-size", r"expected tensor<4xf32>, got 5xf32", T4, [f32(5)]),
    Case("f64-for-f32", "dtype '<f8' does not hold f32", T4, [np.ones(4)]),
    Case("f16-for-f32", "dtype '<f2' does not hold f32", T4, [np.ones(4, np.float16)]),
    Case("i32-for-i64", "dtype '<i4' does not hold i64", program("tensor<4xi64>"), [np.ones(4, np.int32)]),
    Case("i64-for-index-of-i32", "dtype '<i8' does not hold i32", program("tensor<4xi32>"), [np.ones(4, np.int64)]),
    Case("f16-for-bf16", "dtype '<f2' does not hold bf16", program("tensor<4xbf16>"), [np.ones(4, np.float16)]),
    Case("f32-for-bf16", "dtype '<f4' does not hold bf16", program("tensor<4xbf16>"), [f32(4)]),
    Case("i8-for-i1", "an element of an i1 array is 2", program("tensor<4xi1>"), [np.full(4, 2, np.int8)]),
    Case("u4", "dtype '<u4' is not supported", program("tensor<4xi32>"), [np.ones(4, np.uint32)]),
    Case("big-endian", "big-endian dtype '>f4' is not supported", T4, [np.ones(4, ">f4")]),
    Case("complex", "dtype '<c8' is not supported", T4, [np.ones(4, np.complex64)]),
    Case("text", "dtype '<U1' is not supported", T4, [np.array(["a", "b"])]),
    Case("objects", "arrays of objects are not supported", T4, [np.array([1, "a"], object)]),
    Case("records", "structured dtypes are not supported", T4, [np.ones(4, [("x", "<f4")])]),

    # Files.
    Case("empty-file", "not an .npy file", T4, [b""]),
    Case("magic", "not an .npy file", T4, [b"\x93NUMPZ" + FOUR[6:]]),
    Case("text-file", "not an .npy file", T4, [b"1 2 3 4\n"]),
    Case("version", "format 9.0 is not supported", T4, [FOUR[:6] + b"\x09" + FOUR[7:]]),
    Case("cut-in-magic", "not an .npy file", T4, [FOUR[:4]]),
    Case("cut-in-version", "truncated in the header", T4, [FOUR[:7]]),
    Case("cut-in-length", "truncated in the header", T4, [FOUR[:9]]),
    Case("cut-in-header", "a header of .* bytes in a file", T4, [FOUR[:40]]),
    Case("cut-in-data", "truncated: the shape needs 16 bytes of data, the file has 15", T4, [FOUR[:-1]]),
    Case("bytes-after-data", "3 bytes after the data", T4, [FOUR + b"abc"]),
    Case("huge-header", "a header of 4294967295 bytes in a file",
         T4, [b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + FOUR[10:]]),
    Case("header-no-dictionary", "the header is not a dictionary", T4, [with_header("[1, 2]")]),
    Case("header-code", "the header is not a dictionary", T4, [with_header("__import__('os').abort()")]),
    Case("header-twice", "key 'shape' is twice",
         T4, [with_header("{'shape': (4,), 'shape': (4,), 'descr': '<f4'}", bytes(16))]),
    Case("header-without-shape", "the header needs", T4, [with_header("{'descr': '<f4'}")]),
    Case("header-nested", "not a tuple of sizes", T4, [with_shape("(" * 60000)]),
    Case("shape-negative", "a size is negative", ANY, [with_shape("(-4,)", bytes(16))]),
    Case("shape-most-negative", "not a tuple of sizes|a size is negative",
         ANY, [with_shape("(-9223372036854775808,)", bytes(16))]),
    Case("shape-overflow", "the shape overflows 64 bits",
         ANY2, [with_shape("(4294967296, 4294967296)", bytes(16))]),
    Case("shape-overflow-with-zero", "the shape overflows 64 bits",
         program("tensor<?x?x?xf32>"), [with_shape("(9223372036854775807, 9223372036854775807, 0)")]),
    Case("shape-wider-than-64-bits", "not a tuple of sizes", ANY, [with_shape("(99999999999999999999,)")]),
    Case("shape-larger-than-file", "truncated: the shape needs 4000000000000 bytes",
         ANY, [with_shape("(1000000000000,)")]),
    Case("shape-float", "not a tuple of sizes|not a dictionary", ANY, [with_shape("(4.0,)", bytes(16))]),
    Case("shape-of-rank-64", "rank 64 is more than 32", ANY, [with_shape("(" + "1," * 64 + ")", bytes(4))]),
    Case("missing-file", "cannot read 'gone.npy': No such file", T4, ["@gone.npy"]),
    Case("folder", "cannot read '/': not a regular file", T4, ["@/"]),
    Case("device", "cannot read '/dev/zero': not a regular file", T4, ["@/dev/zero"]),
    Case("no-name", "cannot read ''", T4, ["@"]),

    # --input
    Case("spec-garbage", "'garbage' is not a value of f32", T4, ["garbage"]),
    Case("spec-garbage-type", "'4xfoo' is not a type such as", T4, ["4xfoo=1"]),
    Case("spec-empty", "the value is empty", T4, [""]),
    Case("spec-count", "4xf32 takes 1 or 4 values, got 3", T4, ["1 2 3"]),
    Case("spec-value", "'x' is not a value of f32", T4, ["4xf32=1 2 x 4"]),
    Case("spec-no-value", "no value after '='", T4, ["4xf32="]),
    Case("spec-dynamic", "has dynamic sizes: give them", ANY, ["1"]),
    Case("spec-type", "expected tensor<4xf32>, got 4xf64", T4, ["4xf64=1"]),
    Case("spec-range", "'300' is not a value of i8", program("tensor<4xi8>"), ["300"]),
    Case("spec-wide", "'9223372036854775808' is not a value of i64",
         program("tensor<4xi64>"), ["9223372036854775808"]),
    Case("spec-huge", "more than the memory of this machine|is not valid|out of memory",
         ANY, ["1000000000000xf32=1"]),
    Case("spec-overflow", "is not valid", ANY2, ["9223372036854775807x4xf32=1"]),
    Case("spec-seed", "'random:x' is not a value of f32", T4, ["random:x"]),
    Case("spec-bytes", r"4xf32 takes 16 bytes, '.*' has \d+", T4, ["4xf32=@f.mlir"]),
]
