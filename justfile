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

# Build the server and command line: component, assets, page, binary
build: component assets page
    cargo build --package vismatch

# Run every test: native, as WebAssembly, in Node, Chromium and (where there is one) Firefox, and of the whole system
test: component assets page _browser-tools _hosts _wasmtime plugins
    npm test --silent --prefix web/page
    cargo build --workspace --bins
    cargo test --workspace
    CARGO_TARGET_WASM32_WASIP2_RUNNER="{{target}}/debug/wasm-runner" \
      cargo test --package vismatch-pipeline --package vismatch-jpeg --package vismatch-simd --target wasm32-wasip2 --release
    cargo build --workspace --bins # what the next two run
    cd tests/hosts && node --test hosts.test.mjs
    cd tests/browser && node --test

# Run the tests in browsers alone
test-browser: build _browser-tools
    cd tests/browser && node --test

# Hold the code to its rules: format, lints, dependencies, documentation, licences and advisories
check: component assets page _deny _machete
    cargo fmt --all --check
    "{{tools}}/bin/cargo-machete" # no dependency that is not used
    cargo clippy --workspace --all-targets -- -D warnings
    ! cargo tree --package vismatch --edges normal --prefix none | grep -E '^(image|image_hasher|vismatch-jpeg|zune-jpeg|heic-rs|jxl-oxide|otf-pixels-core) ' # no decoder outside the sandbox
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
    "{{tools}}/bin/cargo-deny" --log-level error check bans licenses sources
    if "{{tools}}/bin/cargo-deny" --log-level off fetch db; then "{{tools}}/bin/cargo-deny" --log-level error check advisories; \
      else echo "advisories: their database is out of reach, not checked"; fi

# Build the WebAssembly component: decode, hash, compare, resize
component: _targets
    cargo rustc --package vismatch-pipeline --lib --crate-type cdylib --features component --target wasm32-wasip2 --release
    @kept="{{target}}/component/vismatch.wasm"; built="{{target}}/wasm32-wasip2/release/vismatch_pipeline.wasm"; \
      mkdir -p "$(dirname "$kept")"; cmp -s "$built" "$kept" || cp "$built" "$kept"

# Build the browser library: both WebAssembly modules and the npm package (web/library)
web: _targets _web-tools (_web-module "common" "--no-default-features") (_web-module "full" "--features rare-codecs")
    "{{target}}/debug/vismatch-bindgen" node "{{target}}/wasm32-unknown-unknown/web/vismatch_web.wasm" vismatch_web "{{target}}/web"
    cp LICENSE-MIT LICENSE-APACHE web/library/
    npm run --silent --prefix web/library build

# Build the page that the server embeds (web/page)
page: web
    npm run --silent --prefix web/page check
    VISMATCH_PAGE="{{target}}/page.new" npm run --silent --prefix web/page build
    @diff -rq "{{target}}/page.new" "{{target}}/page" >/dev/null 2>&1 || { \
      rm -rf "{{target}}/page"; cp -r "{{target}}/page.new" "{{target}}/page"; }

# Make the page's types of the API anew from the server's description (web/page/src/api/schema.ts)
types: build
    "{{target}}/debug/vismatch" openapi | npm run --silent --prefix web/page types > "{{target}}/schema.ts"
    mv "{{target}}/schema.ts" web/page/src/api/schema.ts

# Make the screenshots of every view (web/screenshots)
screenshots: build _browser-tools
    cd tests/browser && node page/screenshots.mjs ../../web/screenshots

# Copy what the documentation pages need, to be built into the binary
assets: _web-tools
    @mkdir -p "{{target}}/assets"
    @kept="{{target}}/assets/redoc.standalone.js"; fetched=web/node_modules/redoc/bundles/redoc.standalone.js; \
      cmp -s "$fetched" "$kept" || cp "$fetched" "$kept"

# Measure, and print the tables of tests/BENCHMARKS.md (into target/bench)
bench *options: build _native
    cargo build --workspace --bins
    @for bench in hash renditions native quality find search sandbox start upload; do "{{target}}/debug/bench-$bench" {{options}}; done

# Measure how well near-duplicates are found, and that strangers are not, beside imagehash, pdqhash and OpenCV
quality *options: build && (trust options)
    cargo build --package vismatch-tests --bin bench-matching
    "{{target}}/debug/bench-matching" {{options}}

# The second half of `quality`: drawn strangers, tiles, their copies, reposts (`just trust --half choose`; `--help` tells the rest)
trust *options: component assets page _quality-tools
    cargo build --package vismatch-tests --bin bench-trust
    "{{target}}/debug/bench-trust" {{options}}

# Ask a running server what its description (/openapi.json) says, with schemathesis (options of `schemathesis run` may follow)
contract *options: build _contract-tools
    "{{tools}}/contract/bin/python" tests/contract/run.py "{{target}}/debug/vismatch" {{options}}

# Measure a server over a million images under load
load: build _oha
    cargo build --package vismatch-tests --bin bench-load
    "{{target}}/debug/bench-load" --oha "{{tools}}/bin/oha"

# Measure the browser library in Chromium, beside the component and the usual way there
bench-web *arguments: build _browser-tools
    cargo build --package vismatch-tests --bin bench-web
    "{{target}}/debug/bench-web" {{arguments}}

# Run the component in Python, Node.js, Chromium, Rust and the wasmtime command line: which bits are the same, what it costs
hosts: component _hosts _browser-tools _wasmtime
    cargo build --workspace --bins
    cd tests/hosts && node hosts.test.mjs --table

# Hold a native build for aarch64 to the frozen bits, on x86-64 under qemu (needs apt's gcc-aarch64-linux-gnu and qemu-user)
aarch64: _cross
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
      CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu" \
      cargo test --package vismatch-pipeline --target aarch64-unknown-linux-gnu --test golden --test oriented

# Build the templates of plugins into target/hosts/plugins: a hasher in Rust, the same in JavaScript
plugins: _targets
    cargo rustc --package vismatch-plugin-template --lib --crate-type cdylib --target wasm32-wasip2 --release
    @mkdir -p "{{target}}/hosts/plugins"
    @cp "{{target}}/wasm32-wasip2/release/vismatch_plugin_template.wasm" "{{target}}/hosts/plugins/rust.wasm"
    @test tests/hosts/plugins/javascript/package-lock.json -ot tests/hosts/plugins/javascript/node_modules/.package-lock.json \
      || npm ci --prefix tests/hosts/plugins/javascript --no-audit --no-fund --ignore-scripts
    @made="{{target}}/hosts/plugins/javascript.wasm"; \
      { test wit/fingerprinting.wit -ot "$made" && test tests/hosts/plugins/javascript/lighter.js -ot "$made"; } \
      || npm run --silent --prefix tests/hosts/plugins/javascript build -- "$made"

# Feed broken files to a decoder of ours (jpeg_scan, jpeg_planes, jpeg_strip, jpeg_encode, png_rows) for so many seconds
fuzz decoder="jpeg_scan" seconds="60": _fuzz
    @mkdir -p "guest/fuzz/corpus/{{decoder}}"
    @! test -d ../shared/data || find ../shared/data -type f -size -60k -name "{{ if decoder == "png_rows" { "*.png" } else { "*.jp*g" } }}" \
      -exec cp {} "guest/fuzz/corpus/{{decoder}}/" \;
    # The sanitisers' options are not stable yet.
    cd guest && PATH="{{tools}}/bin:$PATH" RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="{{target}}/fuzz" \
      cargo fuzz run {{decoder}} -- -max_total_time={{seconds}} -max_len=65536 -timeout=20

# Delete everything that was built; the data folder stays
clean:
    cargo clean

# Build the library as a native program, with AVX2: what the component is measured against
_native:
    RUSTFLAGS="{{ if arch() == "x86_64" { "-C target-cpu=x86-64-v3" } else { "" } }}" \
      cargo build --package vismatch-native --release --target-dir "{{target}}/native"

_targets:
    @rustup target list --installed | grep -qx wasm32-wasip2 || rustup target add wasm32-wasip2
    @rustup target list --installed | grep -qx wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown

# One WebAssembly module of the browser library
_web-module name features:
    cargo build --package vismatch-web --target wasm32-unknown-unknown --profile web {{features}}
    cargo build --package vismatch-bindgen
    "{{target}}/debug/vismatch-bindgen" browser "{{target}}/wasm32-unknown-unknown/web/vismatch_web.wasm" {{name}} web/library/dist/wasm

# What the library and the page are built of, and the server's documentation pages
_web-tools:
    @test web/package-lock.json -ot web/node_modules/.package-lock.json \
      || npm ci --prefix web --no-audit --no-fund --ignore-scripts

# Chromium and what drives it. Where no Chromium can be had, the tests that need it say so, and are skipped; so do those
# in Firefox, which is not installed from here.
_browser-tools:
    @test tests/browser/package-lock.json -ot tests/browser/node_modules/.package-lock.json \
      || npm ci --prefix tests/browser --no-audit --no-fund --ignore-scripts
    @test -n "${CHROMIUM:-}" || command -v chromium >/dev/null \
      || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } \
      || echo "Chromium cannot be installed here: NOTHING IS TESTED IN A BROWSER" >&2

# What the other hosts need: wasmtime for Python, and what jco makes of the component for Node.js
_hosts:
    @cmp -s tests/hosts/python/requirements.txt "{{target}}/hosts/python/requirements.txt" || { \
      python3 -m venv --clear "{{target}}/hosts/python" && \
      "{{target}}/hosts/python/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/hosts/python/requirements.txt && \
      cp tests/hosts/python/requirements.txt "{{target}}/hosts/python/"; }
    @test tests/hosts/node/package-lock.json -ot tests/hosts/node/node_modules/.package-lock.json \
      || npm ci --prefix tests/hosts/node --no-audit --no-fund --ignore-scripts
    @test "{{target}}/component/vismatch.wasm" -ot tests/hosts/node/dist/vismatch.js \
      || VISMATCH_COMPONENT="{{target}}/component/vismatch.wasm" npm run --silent --prefix tests/hosts/node transpile

# What draws the pictures of `trust`, and the peers that it is measured beside
_quality-tools:
    @cmp -s tests/quality/requirements.txt "{{tools}}/quality/requirements.txt" || { \
      python3 -m venv --clear "{{tools}}/quality" && \
      "{{tools}}/quality/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/quality/requirements.txt && \
      cp tests/quality/requirements.txt "{{tools}}/quality/"; }

# What asks a server for all that its description allows
_contract-tools:
    @cmp -s tests/contract/requirements.txt "{{tools}}/contract/requirements.txt" || { \
      python3 -m venv --clear "{{tools}}/contract" && \
      "{{tools}}/contract/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/contract/requirements.txt && \
      cp tests/contract/requirements.txt "{{tools}}/contract/"; }

_wasmtime:
    @version="$(cargo pkgid wasmtime | sed 's/.*@//')"; \
      "{{tools}}/bin/wasmtime" --version 2>/dev/null | grep -qw "$version" \
      || cargo install wasmtime-cli --version "$version" --locked --no-default-features \
        --features run,compile,component-model,cranelift,parallel-compilation --root "{{tools}}"

_cross:
    @rustup target list --installed | grep -qx aarch64-unknown-linux-gnu || rustup target add aarch64-unknown-linux-gnu
    @{ command -v aarch64-linux-gnu-gcc && command -v qemu-aarch64; } >/dev/null \
      || apt-get install -y -qq --no-install-recommends gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user

_fuzz:
    @"{{tools}}/bin/cargo-fuzz" --version 2>/dev/null | grep -qw 0.13.2 \
      || cargo install cargo-fuzz --version 0.13.2 --locked --root "{{tools}}"

_deny:
    @"{{tools}}/bin/cargo-deny" --version 2>/dev/null | grep -qw 0.20.2 \
      || cargo install cargo-deny --version 0.20.2 --locked --root "{{tools}}"

# It reads some files: built without optimisation.
_machete:
    @"{{tools}}/bin/cargo-machete" --version 2>/dev/null | grep -qw 0.9.2 \
      || cargo install cargo-machete --version 0.9.2 --locked --debug --root "{{tools}}"

_oha:
    @"{{tools}}/bin/oha" --version 2>/dev/null | grep -qw 1.16.0 \
      || cargo install oha --version 1.16.0 --locked --no-default-features --features rustls --root "{{tools}}"
