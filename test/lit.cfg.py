# The suite: folders mirror lib, tools come from the build and from LLVM.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import ctypes
import os
import subprocess

import lit.formats

config.name = "attn"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.attn_test_dir

path = [config.attn_tools_dir, config.llvm_tools_dir, os.environ["PATH"]]
config.environment["PATH"] = os.pathsep.join(path)
# Without this, a variable of one function leaks into the checks of the next.
config.environment["FILECHECK_OPTS"] = "-enable-var-scope"
for name in ["OMP_NUM_THREADS", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"]:
    if name in os.environ:
        config.environment[name] = os.environ[name]

config.substitutions += [
    ("%python", config.python),
    ("%attn_src", config.attn_source_dir),
    ("%llvm_include", config.llvm_include_dir),
    ("%attn_lib", config.attn_library_dir),
]

# Every test of attn-opt becomes a test of printing and parsing, too.
if lit_config.params.get("ATTN_ROUNDTRIP", os.environ.get("ATTN_ROUNDTRIP")) == "1":
    config.substitutions.append((r"\battn-opt\b", "attn-opt --verify-roundtrip"))


def has_nvidia_gpu():
    try:
        return ctypes.CDLL("libcuda.so.1").cuInit(0) == 0
    except OSError:
        return False


def has_aarch64_emulation():
    """An emulator, and a C library to link what runs in it."""
    environment = {**os.environ, "PATH": config.environment["PATH"]}
    link = ["clang", "--target=aarch64-linux-gnu", "-fuse-ld=lld", "-static", "-x", "c", "-",
            "-o", os.devnull]
    try:
        subprocess.run(["qemu-aarch64", "-version"], env=environment, check=True,
                       capture_output=True)
        subprocess.run(link, env=environment, check=True, capture_output=True,
                       input=b"#include <stdio.h>\nint main() { return puts(\"\"); }")
        return True
    except (OSError, subprocess.CalledProcessError):
        return False


config.available_features.add(config.host_arch)
if has_aarch64_emulation():
    config.available_features.add("aarch64-emulation")
if has_nvidia_gpu():
    config.available_features.add("nvidia-gpu")
