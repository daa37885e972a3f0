# Makes the PyTorch of PyPI importable without its gigabytes of CUDA libraries.
#
#   pytorch_without_cuda.py   (with the python that has it)
#
# PyPI has only the build with CUDA for this platform. Its kernels for the CPU
# need none of that, but the loader wants each library by name. So each gets an
# twin beside torch's own libraries, where every function says "no device".
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re
import subprocess
import sysconfig
import tempfile
from pathlib import Path

LLVM = Path("/usr/lib/llvm-22/bin")
OWN = re.compile(r"(cu|nccl|nvrtc|nvshmem|nvJit|nvml|__cuda)\w+$")
NO_DEVICE = 100  # cudaErrorNoDevice; other libraries only must not say 0, success
CODE = "int {0}(void) {{ return %d; }}\n" % NO_DEVICE
TEXT = "const char *{0}(void) {{ return \"no CUDA here\"; }}\n"


def read(tool, *arguments):
    return subprocess.run([LLVM / tool, *arguments], capture_output=True, text=True,
                          check=True).stdout


def main():
    folder = Path(sysconfig.get_path("platlib")) / "torch/lib"
    ours = sorted(folder.glob("lib*.so"))
    needed = set(re.findall(r"NEEDED.*\[(.*)\]", read("llvm-readelf", "--dynamic", *ours)))
    missing = {name for name in needed if re.match(r"lib(cu|nccl|nv)", name)}
    undefined = {line.split("@")[0].split()[-1] for line in read(
        "llvm-nm", "--dynamic", "--undefined-only", "--no-sort", *ours).splitlines()
        if " U " in line}
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "all.c"
        source.write_text("".join(
            (TEXT if re.search("Error(String|Name)$", name) else CODE).format(name)
            for name in sorted(undefined) if OWN.match(name)))
        for name in sorted(missing):
            # One of them defines the functions of all; the loader does not mind.
            code = [source] if name.startswith("libcudart") else ["-x", "c", "/dev/null"]
            subprocess.run([LLVM / "clang", "-w", "-fno-builtin", "-shared", "-fPIC",
                            f"-Wl,-soname,{name}", *code, "-o", folder / name], check=True)


main()
