# The programs of examples/ as tests: their RUN lines compare them with the
# reference.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os

lit_config.load_config(config, os.path.join(config.attn_source_dir, "test", "lit.cfg.py"))
config.name = "attn-examples"
config.suffixes = [".mlir"]
config.test_source_root = os.path.join(config.attn_source_dir, "examples")
config.test_exec_root = os.path.join(config.attn_test_dir, "Examples")
