;; The smallest component that implements the world, for tests of what a component may do to its host.
;;
;; Every function answers with a pointer to zeroes, which read as a success: an empty text, an empty
;; list, the facts of a JPEG of no size. `inspect` does what the first byte of the picture says:
;; l(oop), t(rap), m(emory without end), s(leep for an hour), e(xit), d(irty all memory, and trap where
;; another call has been there before); anything else is answered.
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $outer))
    (export "pollable" (type $pollable (eq $outer)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (export "exit" (func (param "status" (result))))))

  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $exit (canon lower (func $exit "exit")))

  (core module $program
    (import "wasi" "subscribe" (func $subscribe (param i64) (result i32)))
    (import "wasi" "block" (func $block (param i32)))
    (import "wasi" "exit" (func $exit (param i32)))
    (memory (export "memory") 1)

    ;; Arguments are laid one after another behind the zeroes.
    (global $free (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (local $start i32)
      (local.set $start (global.get $free))
      (global.set $free
        (i32.and (i32.add (i32.add (local.get $start) (local.get $size)) (i32.const 15)) (i32.const -16)))
      (local.get $start))

    (func $loop (loop $again (br $again)))
    (func $grow
      (loop $again
        (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
      unreachable)
    (func $sleep (call $block (call $subscribe (i64.const 3600000000000))))

    (func $dirty (local $at i32)
      (drop (memory.grow (i32.const 100)))
      (local.set $at (i32.const 65536))
      (loop $again
        (if (i32.load8_u (local.get $at)) (then unreachable))
        (local.set $at (i32.add (local.get $at) (i32.const 4096)))
        (br_if $again (i32.lt_u (local.get $at) (i32.const 6619136))))
      (memory.fill (i32.const 65536) (i32.const 170) (i32.const 6553600)))

    (func (export "inspect") (param $image i32) (param i32 i64 i32 i32 i64) (result i32)
      (local $wish i32)
      (local.set $wish (i32.load8_u (local.get $image)))
      (if (i32.eq (local.get $wish) (i32.const 108)) (then (call $loop)))
      (if (i32.eq (local.get $wish) (i32.const 116)) (then unreachable))
      (if (i32.eq (local.get $wish) (i32.const 109)) (then (call $grow)))
      (if (i32.eq (local.get $wish) (i32.const 115)) (then (call $sleep)))
      (if (i32.eq (local.get $wish) (i32.const 101)) (then (call $exit (i32.const 1))))
      (if (i32.eq (local.get $wish) (i32.const 100)) (then (call $dirty)))
      (i32.const 0))

    (func (export "nothing") (result i32) (i32.const 0))
    (func (export "process") (param i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i64) (result i32) (i32.const 0))
    (func (export "hash") (param i32 i32 i32 i32 i64 i32 i32 i64) (result i32) (i32.const 0))
    (func (export "hash-orientations") (param i32 i32 i32 i64 i32 i32 i64) (result i32) (i32.const 0))
    (func (export "judge") (param i32 i32 i32 i32 i32) (result i32) (i32.const 0))
    (func (export "compare") (param i32 i32 i32 i32 i32 i32 i64 i32 i32 i64) (result i32) (i32.const 0))
    (func (export "nearest") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
    (func (export "distance") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0)))

  (core instance $program (instantiate $program
    (with "wasi" (instance
      (export "subscribe" (func $subscribe))
      (export "block" (func $block))
      (export "exit" (func $exit))))))
  (alias core export $program "memory" (core memory $memory))
  (alias core export $program "realloc" (core func $realloc))

  ;; The words of `types`. An exported function may only use types that are exported themselves.
  (type $image-format' (enum "jpeg" "png" "webp" "gif" "bmp" "tiff" "ico" "pnm" "qoi" "tga" "heif" "jpeg-xl" "avif"))
  (export $image-format "image-format" (type $image-format'))
  (type $dimensions' (record (field "width" u32) (field "height" u32)))
  (export $dimensions "dimensions" (type $dimensions'))
  (type $orientation' (enum "upright" "mirrored" "rotated180" "flipped" "transposed" "rotated90" "transversed" "rotated270"))
  (export $orientation "orientation" (type $orientation'))
  (type $location' (record (field "latitude" f64) (field "longitude" f64)))
  (export $location "location" (type $location'))
  (type $exif' (record
    (field "camera-make" (option string)) (field "camera-model" (option string)) (field "lens" (option string))
    (field "taken-at" (option string)) (field "location" (option $location))))
  (export $exif "exif" (type $exif'))
  (type $image-info' (record
    (field "format" $image-format) (field "size" $dimensions) (field "orientation" $orientation) (field "frames" u32)
    (field "has-alpha" bool) (field "has-colour-profile" bool) (field "exif" (option $exif))))
  (export $image-info "image-info" (type $image-info'))
  (type $limits' (record
    (field "max-pixels" u64) (field "max-side" u32) (field "max-frames" u32) (field "max-output-bytes" u64)))
  (export $limits "limits" (type $limits'))
  (type $limit' (enum "pixels" "side" "frames" "output-bytes" "memory"))
  (export $limit "limit" (type $limit'))
  (type $excess' (record (field "limit" $limit) (field "actual" u64) (field "allowed" u64)))
  (export $excess "excess" (type $excess'))
  (type $image-error' (variant
    (case "unsupported-format" string) (case "corrupt" string) (case "too-large" $excess)
    (case "invalid-parameter" string) (case "internal" string)))
  (export $image-error "image-error" (type $image-error'))

  ;; Of `hashing`.
  (type $algorithm' (enum "phash" "dhash" "dhash128" "ahash" "blockhash" "pdq" "core" "bare"))
  (export $algorithm "algorithm" (type $algorithm'))
  (type $fingerprint' (record
    (field "algorithm" $algorithm) (field "version" u16) (field "bits" (list u8)) (field "quality" u8)))
  (export $fingerprint "fingerprint" (type $fingerprint'))
  (type $oriented-fingerprint' (record (field "orientation" $orientation) (field "fingerprint" $fingerprint)))
  (export $oriented-fingerprint "oriented-fingerprint" (type $oriented-fingerprint'))
  (type $algorithm-info' (record
    (field "algorithm" $algorithm) (field "name" string) (field "version" u16) (field "bits" u32)
    (field "default-radius" u32)))
  (export $algorithm-info "algorithm-info" (type $algorithm-info'))

  ;; Of `comparison`.
  (type $verdict' (enum "exact" "same-picture" "edited" "similar" "different"))
  (export $verdict "verdict" (type $verdict'))
  (type $judgement' (record
    (field "verdict" $verdict) (field "similarity" f64) (field "orientation" $orientation) (field "reason" string)
    (field "verified" bool)))
  (export $judgement "judgement" (type $judgement'))
  (type $difference' (record
    (field "algorithm" $algorithm) (field "distance" u32) (field "bits" u32) (field "similarity" f64)
    (field "orientation" $orientation)))
  (export $difference "difference" (type $difference'))
  (type $comparison' (record
    (field "verdict" $verdict) (field "similarity" f64) (field "orientation" $orientation) (field "reason" string)
    (field "verified" bool) (field "differences" (list $difference))))
  (export $comparison "comparison" (type $comparison'))
  (type $neighbour' (record (field "position" u32) (field "distance" u32)))
  (export $neighbour "neighbour" (type $neighbour'))

  ;; Of `rendering` and `pipeline`.
  (type $rendition-size' (variant (case "original") (case "fit" $dimensions) (case "cover" $dimensions)))
  (export $rendition-size "rendition-size" (type $rendition-size'))
  (type $rendition-spec' (record (field "size" $rendition-size) (field "quality" u8)))
  (export $rendition-spec "rendition-spec" (type $rendition-spec'))
  (type $rendition' (record (field "size" $dimensions) (field "jpeg" (list u8))))
  (export $rendition "rendition" (type $rendition'))
  (type $plan' (record (field "algorithms" (list $algorithm)) (field "renditions" (list $rendition-spec))
    (field "luma-plane" bool)))
  (export $plan "plan" (type $plan'))
  (type $outcome' (record
    (field "info" $image-info) (field "fingerprints" (list $fingerprint)) (field "sketch" (option (list u8)))
    (field "renditions" (list $rendition)) (field "luma-plane" (option (list u8)))))
  (export $outcome "outcome" (type $outcome'))

  (func $algorithms (result (list $algorithm-info))
    (canon lift (core func $program "nothing") (memory $memory) (realloc $realloc)))
  (func $hash (param "image" (list u8)) (param "algorithms" (list $algorithm)) (param "limits" $limits)
    (result (result (list $fingerprint) (error $image-error)))
    (canon lift (core func $program "hash") (memory $memory) (realloc $realloc)))
  (func $hash-orientations (param "image" (list u8)) (param "algorithm" $algorithm) (param "limits" $limits)
    (result (result (list $oriented-fingerprint) (error $image-error)))
    (canon lift (core func $program "hash-orientations") (memory $memory) (realloc $realloc)))
  (func $luma-plane (param "image" (list u8)) (param "limits" $limits)
    (result (result (list u8) (error $image-error)))
    (canon lift (core func $program "inspect") (memory $memory) (realloc $realloc)))
  (func $distance (param "a" $fingerprint) (param "b" $fingerprint) (result (result u32 (error $image-error)))
    (canon lift (core func $program "distance") (memory $memory) (realloc $realloc)))
  (func $similarity (param "a" $fingerprint) (param "b" $fingerprint) (result (result f64 (error $image-error)))
    (canon lift (core func $program "distance") (memory $memory) (realloc $realloc)))
  (func $nearest (param "bank" (list u8)) (param "query" (list u8)) (param "radius" u32) (param "count" u32)
    (result (result (list $neighbour) (error $image-error)))
    (canon lift (core func $program "nearest") (memory $memory) (realloc $realloc)))
  (func $judge (param "a" (list u8)) (param "b" (list u8)) (param "any-orientation" bool)
    (result (result $judgement (error $image-error)))
    (canon lift (core func $program "judge") (memory $memory) (realloc $realloc)))
  (func $compare (param "a" (list u8)) (param "b" (list u8)) (param "threshold" (option u32)) (param "limits" $limits)
    (result (result $comparison (error $image-error)))
    (canon lift (core func $program "compare") (memory $memory) (realloc $realloc)))
  (func $render (param "image" (list u8)) (param "specs" (list $rendition-spec)) (param "limits" $limits)
    (result (result (list $rendition) (error $image-error)))
    (canon lift (core func $program "hash") (memory $memory) (realloc $realloc)))
  (func $inspect (param "image" (list u8)) (param "limits" $limits)
    (result (result $image-info (error $image-error)))
    (canon lift (core func $program "inspect") (memory $memory) (realloc $realloc)))
  (func $process (param "image" (list u8)) (param "plan" $plan) (param "limits" $limits)
    (result (result $outcome (error $image-error)))
    (canon lift (core func $program "process") (memory $memory) (realloc $realloc)))
  (func $version (result string)
    (canon lift (core func $program "nothing") (memory $memory) (realloc $realloc)))
  (func $formats (result (list $image-format))
    (canon lift (core func $program "nothing") (memory $memory) (realloc $realloc)))
  (func $self-test (result (result (error string)))
    (canon lift (core func $program "nothing") (memory $memory) (realloc $realloc)))

  (instance $types (export "limits" (type $limits)))
  (export "vismatch:pipeline/types@0.1.0" (instance $types))
  (instance $hashing
    (export "algorithms" (func $algorithms))
    (export "hash" (func $hash))
    (export "hash-orientations" (func $hash-orientations))
    (export "luma-plane" (func $luma-plane)))
  (export "vismatch:pipeline/hashing@0.1.0" (instance $hashing))
  (instance $comparing
    (export "distance" (func $distance))
    (export "similarity" (func $similarity))
    (export "nearest" (func $nearest))
    (export "judge" (func $judge))
    (export "compare" (func $compare)))
  (export "vismatch:pipeline/comparison@0.1.0" (instance $comparing))
  (instance $rendering (export "render" (func $render)))
  (export "vismatch:pipeline/rendering@0.1.0" (instance $rendering))
  (instance $pipeline (export "inspect" (func $inspect)) (export "process" (func $process)))
  (export "vismatch:pipeline/pipeline@0.1.0" (instance $pipeline))
  (instance $about
    (export "version" (func $version))
    (export "formats" (func $formats))
    (export "self-test" (func $self-test)))
  (export "vismatch:pipeline/about@0.1.0" (instance $about)))
