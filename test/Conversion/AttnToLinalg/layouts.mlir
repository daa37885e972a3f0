// Tiles whose queries stand in rows, and tiles of pairs.
// RUN: attn-opt %s --attn-to-linalg --cse --canonicalize --mlir-print-local-scope | FileCheck %s

// In rows a query is copied, scaled.
// CHECK-LABEL: func @pack_rows
// CHECK-SAME:    %[[Q:.+]]: tensor<?x4xf16>, %[[OUT:.+]]: tensor<3x4xf32>
// CHECK:         %[[M:.+]] = tensor.dim %[[Q]]
// CHECK:         %[[ZERO:.+]] = linalg.fill {{.*}} outs(%[[OUT]]
// CHECK:         %[[SLICE:.+]] = tensor.extract_slice %[[ZERO]][0, 0] [%[[M]], 4] [1, 1]
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>]{{.*}} ins(%[[Q]] {{.*}} outs(%[[SLICE]]
// CHECK:           arith.mulf
// CHECK:         tensor.insert_slice %{{.+}} into %[[ZERO]][0, 0] [%[[M]], 4] [1, 1]
func.func @pack_rows(%q: tensor<?x4xf16>, %out: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %r = attn.pack_query ins(%q) outs(%out) scale(0.5) rows : (tensor<?x4xf16>, tensor<3x4xf32>) -> tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}

// In pairs it is not: out[d, i, h] = query[i, 2 d + h].
// CHECK-LABEL: func @pack_query_pairs
// CHECK-SAME:    %[[Q:.+]]: tensor<?x6xbf16>, %[[OUT:.+]]: tensor<3x8x2xbf16>
// CHECK:         %[[ZERO:.+]] = linalg.fill {{.*}} -> tensor<6x8xbf16>
// CHECK:         %[[TURNED:.+]] = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d1)>]{{.*}} ins(%[[Q]]
// CHECK-NOT:       arith.mulf
// CHECK:         %[[ALL:.+]] = tensor.insert_slice %[[TURNED]] into %[[ZERO]]
// CHECK:         %[[SPLIT:.+]] = tensor.expand_shape %[[ALL]] {{\[\[}}0, 1], [2]] output_shape [3, 2, 8]
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>]{{.*}} ins(%[[SPLIT]] {{.*}} outs(%[[OUT]]
func.func @pack_query_pairs(%q: tensor<?x6xbf16>, %out: tensor<3x8x2xbf16>) -> tensor<3x8x2xbf16> {
  %r = attn.pack_query ins(%q) outs(%out) : (tensor<?x6xbf16>, tensor<3x8x2xbf16>) -> tensor<3x8x2xbf16>
  return %r : tensor<3x8x2xbf16>
}

// out[j, d, h] = key[2 j + h, d], zero behind the last key.
// CHECK-LABEL: func @pack_key_pairs
// CHECK-SAME:    %[[K:.+]]: tensor<?x4xbf16>, %[[OUT:.+]]: tensor<8x4x2xbf16>
// CHECK:         %[[N:.+]] = tensor.dim %[[K]]
// CHECK:         %[[ZERO:.+]] = linalg.fill {{.*}} -> tensor<16x4xbf16>
// CHECK:         %[[ALL:.+]] = tensor.insert_slice %{{.+}} into %[[ZERO]][0, 0] [%[[N]], 4] [1, 1]
// CHECK:         %[[SPLIT:.+]] = tensor.expand_shape %[[ALL]] {{\[\[}}0, 1], [2]] output_shape [8, 2, 4]
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>]{{.*}} ins(%[[SPLIT]] {{.*}} outs(%[[OUT]]
func.func @pack_key_pairs(%k: tensor<?x4xbf16>, %out: tensor<8x4x2xbf16>) -> tensor<8x4x2xbf16> {
  %r = attn.pack_key ins(%k) outs(%out) : (tensor<?x4xbf16>, tensor<8x4x2xbf16>) -> tensor<8x4x2xbf16>
  return %r : tensor<8x4x2xbf16>
}

// The query of a sum is its first axis; keys and values are widened.
// CHECK-LABEL: func @step_rows
// CHECK-SAME:    %[[Q:[a-z0-9]+]]: tensor<3x4xf32>, %[[K:[a-z0-9]+]]: tensor<16x4xf16>, %[[V:[a-z0-9]+]]: tensor<16x5xf16>
// CHECK-SAME:    %[[ACC:[a-z0-9]+]]: tensor<3x5xf32>
// CHECK-DAG:     %[[KS:.+]] = tensor.extract_slice %[[K]]
// CHECK-DAG:     %[[VS:.+]] = tensor.extract_slice %[[V]]
// CHECK:         %[[S:.+]] = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>]{{.*}} ins(%[[Q]], %[[KS]]
// CHECK:           arith.extf
// CHECK:         math.exp
// CHECK-NOT:     arith.truncf
// CHECK:         %[[OLD:.+]] = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>]{{.*}} outs(%[[ACC]]
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d2, d0)>, affine_map<(d0, d1, d2) -> (d1, d0)>]{{.*}} ins(%{{.+}}, %[[VS]] {{.*}} outs(%[[OLD]]
func.func @step_rows(%q: tensor<3x4xf32>, %k: tensor<16x4xf16>, %v: tensor<16x5xf16>, %n: index,
                     %m: tensor<3xf32>, %l: tensor<3xf32>, %a: tensor<3x5xf32>)
    -> (tensor<3xf32>, tensor<3xf32>, tensor<3x5xf32>) {
  %r:3 = attn.step query(%q) key(%k) value(%v) count(%n) at(%n, %n) outs(%m, %l, %a) rows
      : (tensor<3x4xf32>, tensor<16x4xf16>, tensor<16x5xf16>, index, index, index,
         tensor<3xf32>, tensor<3xf32>, tensor<3x5xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3x5xf32>)
  return %r#0, %r#1, %r#2 : tensor<3xf32>, tensor<3xf32>, tensor<3x5xf32>
}

// Weights beside pairs of values are rounded once, and both sums are of the
// rounded ones. Scores are not rounded.
// CHECK-LABEL: func @step_pairs
// CHECK-SAME:    %[[Q:[a-z0-9]+]]: tensor<2x8x2xbf16>, %[[K:[a-z0-9]+]]: tensor<15x4xbf16>, %[[V:[a-z0-9]+]]: tensor<8x5x2xbf16>, %[[N:[a-z0-9]+]]: index
// CHECK-SAME:    %[[SUM:[a-z0-9]+]]: tensor<8xf32>, %[[ACC:[a-z0-9]+]]: tensor<5x8xf32>
// CHECK-DAG:     tensor.extract_slice %[[K]][0, 0] [%[[N]], 4] [1, 1]
// CHECK-DAG:     %[[WIDE:.+]] = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>]{{.*}} ins(%[[V]]
// CHECK:         %[[VALUES:.+]] = tensor.collapse_shape %{{.+}} {{\[\[}}0, 1], [2]] : tensor<8x2x5xf32> into tensor<16x5xf32>
// CHECK:         %[[VS:.+]] = tensor.extract_slice %[[VALUES]][0, 0] [%[[N]], 5] [1, 1]
// CHECK:         %[[QUERIES:.+]] = tensor.collapse_shape %{{.+}} {{\[\[}}0, 1], [2]] : tensor<2x2x8xf32> into tensor<4x8xf32>
// CHECK-NOT:     arith.truncf
// CHECK:         linalg.generic {{.*}} ins(%[[QUERIES]],
// CHECK:         %[[P:.+]] = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>]
// CHECK:           math.exp
// CHECK-NEXT:      arith.cmpf
// CHECK-NEXT:      %[[X:.+]] = arith.select
// CHECK-NEXT:      %[[ROUNDED:.+]] = arith.truncf %[[X]] : f32 to bf16
// CHECK-NEXT:      %[[SAME:.+]] = arith.extf %[[ROUNDED]]
// CHECK-NEXT:      linalg.yield %[[SAME]]
// CHECK:         linalg.generic {{.*}} ins(%[[P]] :
// CHECK:         linalg.generic {{.*}} ins(%[[P]], %[[VS]]
// CHECK-NOT:     attn.
func.func @step_pairs(%q: tensor<2x8x2xbf16>, %k: tensor<15x4xbf16>, %v: tensor<8x5x2xbf16>, %n: index,
                      %m: tensor<8xf32>, %l: tensor<8xf32>, %a: tensor<5x8xf32>)
    -> (tensor<8xf32>, tensor<8xf32>, tensor<5x8xf32>) {
  %r:3 = attn.step query(%q) key(%k) value(%v) count(%n) at(%n, %n) outs(%m, %l, %a)
      : (tensor<2x8x2xbf16>, tensor<15x4xbf16>, tensor<8x5x2xbf16>, index, index, index,
         tensor<8xf32>, tensor<8xf32>, tensor<5x8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<5x8xf32>)
  return %r#0, %r#1, %r#2 : tensor<8xf32>, tensor<8xf32>, tensor<5x8xf32>
}

// CHECK-LABEL: func @merge_rows
// CHECK-SAME:    %[[A:[a-z0-9]+]]: tensor<3x5xf32>, %[[A2:[a-z0-9]+]]: tensor<3x5xf32>
// CHECK:         %[[OLD:.+]] = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>]{{.*}} outs(%[[A]]
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>]{{.*}} ins(%{{.+}}, %[[A2]] {{.*}} outs(%[[OLD]]
func.func @merge_rows(%a: tensor<3x5xf32>, %a2: tensor<3x5xf32>, %m: tensor<3xf32>, %l: tensor<3xf32>)
    -> tensor<3x5xf32> {
  %r:3 = attn.merge ins(%l, %m, %a2) outs(%m, %l, %a) rows
      : (tensor<3xf32>, tensor<3xf32>, tensor<3x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3x5xf32>)
     -> (tensor<3xf32>, tensor<3xf32>, tensor<3x5xf32>)
  return %r#2 : tensor<3x5xf32>
}

// CHECK-LABEL: func @finish_rows
// CHECK-SAME:    %[[A:[a-z0-9]+]]: tensor<3x5xf32>, %[[O:[a-z0-9]+]]: tensor<?x5xf16>
// CHECK:         %[[M:.+]] = tensor.dim %[[O]]
// CHECK:         %[[SLICE:.+]] = tensor.extract_slice %[[A]][0, 0] [%[[M]], 5] [1, 1]
// CHECK:         linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>]{{.*}} ins(%[[SLICE]], %{{.+}} {{.*}} outs(%[[O]]
func.func @finish_rows(%a: tensor<3x5xf32>, %o: tensor<?x5xf16>, %m: tensor<3xf32>, %l: tensor<3xf32>)
    -> tensor<?x5xf16> {
  %r = attn.finish ins(%m, %l, %a) outs(%o) rows
      : (tensor<3xf32>, tensor<3xf32>, tensor<3x5xf32>, tensor<?x5xf16>) -> tensor<?x5xf16>
  return %r : tensor<?x5xf16>
}
