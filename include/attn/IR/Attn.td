// The attn dialect: everything in it, in reading order.
#ifndef ATTN_IR_ATTN_TD
#define ATTN_IR_ATTN_TD

include "attn/IR/AttnDialect.td"
include "attn/IR/AttnAttrs.td"
include "attn/IR/AttnGraphOps.td"
include "attn/IR/AttnTileOps.td"

#endif // ATTN_IR_ATTN_TD
