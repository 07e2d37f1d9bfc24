# The front door. `npx --yes rust-just <recipe>` runs the same where `just` is not installed.

set shell := ["bash", "-euo", "pipefail", "-c"]

target := env("CARGO_TARGET_DIR", justfile_directory() / "target")
tools := target / "tools"
export CARGO_TARGET_DIR := target
export VISMATCH_BIN := target / "debug/vismatch"

# List the recipes
default:
    @just --list --unsorted 2>/dev/null || npx --yes rust-just --list --unsorted

# Build what is missing, then serve on http://localhost:3000 over ./data
serve *arguments: build
    "{{target}}/debug/vismatch" serve {{arguments}}

# Build the server and command line: component, assets, binary
build: component assets
    cargo build --package vismatch

# Run every test: native, as WebAssembly, in Node, and of the whole system
test: component assets web
    cargo build --workspace --bins
    cargo test --workspace
    CARGO_TARGET_WASM32_WASIP2_RUNNER="{{target}}/debug/wasm-runner" \
      cargo test --package vismatch-pipeline --target wasm32-wasip2 --release

# Hold the code to its rules: format, lints, documentation, licences and advisories
check: component assets _deny
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    ! cargo tree --package vismatch --edges normal --prefix none | grep -E '^(image|image_hasher|zune-jpeg|heic-rs|jxl-oxide|otf-pixels-core) ' # no decoder outside the sandbox
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
    "{{tools}}/bin/cargo-deny" --log-level error check bans licenses sources
    if "{{tools}}/bin/cargo-deny" --log-level off fetch db; then "{{tools}}/bin/cargo-deny" --log-level error check advisories; \
      else echo "advisories: their database is out of reach, not checked"; fi

# Build the WebAssembly component: decode, hash, compare, resize
component: _targets
    cargo rustc --package vismatch-pipeline --lib --crate-type cdylib --features component --target wasm32-wasip2 --release
    @kept="{{target}}/component/vismatch.wasm"; built="{{target}}/wasm32-wasip2/release/vismatch_pipeline.wasm"; \
      mkdir -p "$(dirname "$kept")"; cmp -s "$built" "$kept" || cp "$built" "$kept"

# Build the browser module, for Node, as the parity test loads it
web: _targets _wasm-bindgen
    cargo build --package vismatch-web --target wasm32-unknown-unknown --release
    "{{tools}}/bin/wasm-bindgen" --target nodejs --out-dir "{{target}}/web" "{{target}}/wasm32-unknown-unknown/release/vismatch_web.wasm"

# Fetch what the documentation pages need, to be built into the binary
assets:
    @mkdir -p "{{target}}/assets"
    @test web/package-lock.json -ot "{{target}}/assets/redoc.standalone.js" || { \
      cp web/package.json web/package-lock.json "{{target}}/assets/"; \
      npm ci --prefix "{{target}}/assets" --no-audit --no-fund --ignore-scripts --omit=dev; \
      cp "{{target}}/assets/node_modules/redoc/bundles/redoc.standalone.js" "{{target}}/assets/"; }

# Measure, and print the tables that the README shows (into target/bench)
bench: build
    cargo build --workspace --bins
    @for bench in hash renditions native quality find sandbox start upload; do "{{target}}/debug/bench-$bench"; done

# Delete everything that was built; the data folder stays
clean:
    cargo clean

_targets:
    @rustup target list --installed | grep -qx wasm32-wasip2 || rustup target add wasm32-wasip2
    @rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown

_wasm-bindgen:
    @version="$(cargo pkgid wasm-bindgen | sed 's/.*@//')"; \
      "{{tools}}/bin/wasm-bindgen" --version 2>/dev/null | grep -qw "$version" \
      || cargo install wasm-bindgen-cli --version "$version" --no-default-features --root "{{tools}}"

_deny:
    @"{{tools}}/bin/cargo-deny" --version 2>/dev/null | grep -qw 0.20.2 \
      || cargo install cargo-deny --version 0.20.2 --locked --root "{{tools}}"
