;; A hasher in a few lines: 64 bits, one for each of 8x8 places of the luma plane that is lighter on its left. For
;; tests of what a plugin may do to its host: its `hash` does what stands in place of ";; MISCHIEF" where the first
;; cell is white, and in place of ";; ALWAYS" in every call.
(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (core func $random (canon lower (func $random "get-random-u64")))

  (core module $program
    (import "wasi" "random" (func $random (result i64)))
    (memory (export "memory") 2)

    ;; At 0 the description: name at 64, 4 bytes; version 1; 64 bits; input 0. At 32 the answer of `hash`: no error,
    ;; bytes at 96, LENGTH of them. Arguments are laid from 1024 on.
    (data (i32.const 0) "\40\00\00\00\04\00\00\00\01\00\00\00\40\00\00\00\00\00\00\00")
    (data (i32.const 32) "\00\00\00\00\60\00\00\00\08\00\00\00")
    (data (i32.const 64) "test")
    (global $free (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (local $start i32)
      (local.set $start (global.get $free))
      (global.set $free (i32.add (global.get $free) (local.get $size)))
      (local.get $start))

    (func (export "describe") (result i32) (i32.const 0))

    (func (export "hash") (param $plane i32) (param $length i32) (result i32)
      (local $place i32) (local $byte i32) (local $cell i32)
      (if (i32.eq (i32.load8_u (local.get $plane)) (i32.const 255)) (then
        ;; MISCHIEF
      ))
      ;; ALWAYS
      (loop $next
        (local.set $byte (i32.add (i32.const 96) (i32.shr_u (local.get $place) (i32.const 3))))
        ;; The place's left cell: row * 32 + 16 and column * 32 + 8 of 256. The right one is 16 cells from it.
        (local.set $cell (i32.add (local.get $plane) (i32.add
          (i32.add (i32.mul (i32.shr_u (local.get $place) (i32.const 3)) (i32.const 8192)) (i32.const 4096))
          (i32.add (i32.mul (i32.and (local.get $place) (i32.const 7)) (i32.const 32)) (i32.const 8)))))
        (i32.store8 (local.get $byte) (i32.or
          (i32.shl (i32.load8_u (local.get $byte)) (i32.const 1))
          (i32.gt_u (i32.load8_u (local.get $cell)) (i32.load8_u offset=16 (local.get $cell)))))
        (local.set $place (i32.add (local.get $place) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $place) (i32.const 64))))
      (i32.const 32)))

  (core instance $program (instantiate $program
    (with "wasi" (instance (export "random" (func $random))))))
  (alias core export $program "memory" (core memory $memory))
  (alias core export $program "realloc" (core func $realloc))

  (type $input' (enum "luma-plane" "bytes"))
  (export $input "input" (type $input'))
  (type $description' (record
    (field "name" string) (field "version" u16) (field "bits" u32) (field "input" $input)))
  (export $description "description" (type $description'))
  (func $describe (result $description)
    (canon lift (core func $program "describe") (memory $memory) (realloc $realloc)))
  (func $hash (param "input" (list u8)) (result (result (list u8) (error string)))
    (canon lift (core func $program "hash") (memory $memory) (realloc $realloc)))
  (instance $fingerprinting
    (export "input" (type $input))
    (export "description" (type $description))
    (export "describe" (func $describe))
    (export "hash" (func $hash)))
  (export "vismatch:pipeline/fingerprinting@0.1.0" (instance $fingerprinting)))
