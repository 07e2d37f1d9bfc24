//! What a component may do to its host: components written by hand that are no component, that want
//! more than they get, that loop, trap, eat memory or sleep.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use sha2::Digest;

use super::*;
use crate::domain::{Dimensions, RenditionSize, Verdict};

/// Implements the world; its `inspect` misbehaves on demand.
const IMAGING: &str = include_str!("imaging.wat");

fn settings() -> SandboxSettings {
    SandboxSettings {
        workers: 1,
        queue: 1,
        memory: 8 << 20,
        timeout: Duration::from_millis(300),
        limits: Limits::default(),
    }
}

/// A sandbox around a component in text form.
fn start(component: &str) -> Result<Sandbox, StartError> {
    start_with(component, &settings(), None)
}

fn start_with(
    component: &str,
    settings: &SandboxSettings,
    cache: Option<&Path>,
) -> Result<Sandbox, StartError> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("component.wat");
    fs::write(&file, component).unwrap();
    Sandbox::start(&Source::File(file), settings, cache.map(Path::to_owned))
}

fn refusal(component: &str) -> String {
    match start(component) {
        Err(error @ StartError::Unusable(_)) => error.to_string(),
        Err(other) => panic!("refused for another reason: {other:?}"),
        Ok(_) => panic!("it was accepted"),
    }
}

/// A picture that makes `inspect` do what its first byte says.
fn picture(wish: &'static str) -> Input {
    Input::Bytes(Bytes::from_static(wish.as_bytes()))
}

async fn assert_still_answers(sandbox: &Sandbox) {
    let info = sandbox.inspect(picture("good")).await.unwrap();
    assert_eq!(info.format, crate::domain::ImageFormat::Jpeg);
}

#[test]
fn bytes_that_are_no_component_are_refused() {
    assert!(refusal("a cat").contains("not a WebAssembly component"));
    assert!(refusal("").contains("not a WebAssembly component"));
}

#[test]
fn a_core_module_is_refused() {
    let message = refusal("(module (func (export \"hash\")))");
    assert!(message.contains("module") && message.contains("vismatch:pipeline/imaging"));
}

#[test]
fn a_component_that_exports_nothing_is_refused_by_name() {
    let message = refusal("(component)");
    assert!(
        message.contains("no exported instance named `vismatch:pipeline/"),
        "{message}"
    );
    assert!(
        message.contains("world vismatch:pipeline/imaging"),
        "{message}"
    );
}

#[test]
fn an_import_that_is_not_offered_is_named() {
    let message = refusal(
        "(component (import \"wasi:http/handler@0.2.0\" (instance (export \"f\" (func)))))",
    );
    assert!(message.contains("wasi:http/handler@0.2.0"), "{message}");
}

#[test]
fn a_function_of_another_type_is_refused() {
    let other = IMAGING.replace(
        "(func $version (result string)",
        "(func $version (result (list u8))",
    );
    let message = refusal(&other);
    assert!(message.contains("type mismatch"), "{message}");
}

#[test]
fn relaxed_simd_is_refused_because_its_results_differ_between_machines() {
    let relaxed = "(component (core module (func (param v128 v128 v128) (result v128)
        (f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))))";
    assert!(refusal(relaxed).contains("relaxed"));
}

#[test]
fn a_component_that_is_born_too_large_is_refused() {
    let large = IMAGING.replace(
        "(memory (export \"memory\") 1)",
        "(memory (export \"memory\") 1000)",
    );
    assert!(matches!(start(&large), Err(StartError::Unusable(_))));
}

/// `IMAGING` with other bytes at the zeroes: the error case, and a text of five bytes at 16.
fn failing_self_test() -> String {
    let text = r#"(data (i32.const 0) "\01\00\00\00\10\00\00\00\05\00\00\00\00\00\00\00phash")"#;
    IMAGING.replace("(global $free", &format!("{text} (global $free"))
}

#[test]
fn a_failed_self_test_is_told_in_its_own_words() {
    match start(&failing_self_test()) {
        Err(StartError::SelfTest(text)) => assert_eq!(text, "phash"),
        other => panic!("{:?}", other.err()),
    }
}

#[test]
fn a_component_file_that_is_not_there_is_named() {
    let source = Source::File("/nowhere/imaging.wasm".into());
    let error = Sandbox::start(&source, &settings(), None).err().unwrap();
    assert!(matches!(&error, StartError::Read { .. }));
    assert!(error.to_string().contains("/nowhere/imaging.wasm"));
}

#[tokio::test]
async fn a_loop_is_stopped_at_its_deadline() {
    let sandbox = start(IMAGING).unwrap();
    let started = Instant::now();
    let error = sandbox.inspect(picture("loop")).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout(after) if after == settings().timeout));
    assert!(started.elapsed() >= settings().timeout);
    assert_still_answers(&sandbox).await;
}

#[tokio::test]
async fn a_trap_is_told_from_the_rest() {
    let sandbox = start(IMAGING).unwrap();
    match sandbox.inspect(picture("trap")).await.unwrap_err() {
        CallError::Trap(text) => assert!(text.contains("unreachable"), "{text}"),
        other => panic!("{other:?}"),
    }
    assert_still_answers(&sandbox).await;
}

#[tokio::test]
async fn memory_is_fresh_though_it_stays_mapped() {
    let sandbox = start(IMAGING).unwrap();
    for _ in 0..5 {
        sandbox.inspect(picture("dirty")).await.unwrap();
    }
}

#[tokio::test]
async fn memory_without_end_is_refused_and_named() {
    let sandbox = start(IMAGING).unwrap();
    let error = sandbox.inspect(picture("memory")).await.unwrap_err();
    assert!(matches!(error, CallError::OutOfMemory { allowed } if allowed == settings().memory));
    assert_still_answers(&sandbox).await;
}

#[tokio::test]
async fn sleeping_in_the_host_is_not_granted() {
    let sandbox = start(IMAGING).unwrap();
    match sandbox.inspect(picture("sleep")).await.unwrap_err() {
        CallError::Trap(text) => assert!(text.contains("waited"), "{text}"),
        other => panic!("{other:?}"),
    }
    assert_still_answers(&sandbox).await;
}

#[tokio::test]
async fn a_component_cannot_end_the_process() {
    let sandbox = start(IMAGING).unwrap();
    let error = sandbox.inspect(picture("exit")).await.unwrap_err();
    assert!(matches!(error, CallError::Trap(_)), "{error:?}");
    assert_still_answers(&sandbox).await;
}

#[tokio::test]
async fn an_answer_that_breaks_the_contract_is_a_fault_of_the_component() {
    let sandbox = start(IMAGING).unwrap();
    let answer = sandbox.hash(picture("good"), vec![Algorithm::Phash]).await;
    assert!(matches!(answer, Err(CallError::Trap(text)) if text.contains("contract")));
}

#[tokio::test]
async fn one_call_more_than_workers_and_queue_hold_is_busy() {
    let sandbox = start(IMAGING).unwrap();
    let call = || {
        let sandbox = sandbox.clone();
        tokio::spawn(async move { sandbox.inspect(picture("loop")).await })
    };
    let (running, waiting) = (call(), call());
    tokio::time::sleep(Duration::from_millis(50)).await;
    let error = sandbox.inspect(picture("good")).await.unwrap_err();
    assert!(matches!(error, CallError::Busy { retry_after } if retry_after > Duration::ZERO));
    for call in [running, waiting] {
        assert!(matches!(call.await.unwrap(), Err(CallError::Timeout(_))));
    }
    assert_still_answers(&sandbox).await;
}

#[tokio::test]
async fn dropped_calls_give_their_workers_back() {
    let long = SandboxSettings {
        timeout: Duration::from_secs(600),
        ..settings()
    };
    let sandbox = start_with(IMAGING, &long, None).unwrap();
    let given_up = Duration::from_millis(30);
    for _ in 0..5 {
        let call = sandbox.inspect(picture("loop"));
        assert!(tokio::time::timeout(given_up, call).await.is_err());
    }
    let answer = tokio::time::timeout(Duration::from_secs(10), assert_still_answers(&sandbox));
    answer.await.expect("a dropped call still holds the worker");
}

#[tokio::test]
async fn a_file_is_read_when_its_turn_has_come() {
    let sandbox = start(IMAGING).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("picture");
    let missing = sandbox
        .inspect(Input::File(file.clone()))
        .await
        .unwrap_err();
    assert!(matches!(missing, CallError::Input(_)));

    let blocked = tokio::spawn({
        let sandbox = sandbox.clone();
        async move { sandbox.inspect(picture("loop")).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut call = std::pin::pin!(sandbox.inspect(Input::File(file.clone())));
    let early = tokio::time::timeout(Duration::from_millis(50), &mut call).await;
    assert!(early.is_err(), "it did not wait for the worker");
    fs::write(&file, "good").unwrap();
    call.await.unwrap();
    blocked.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn what_is_no_file_or_larger_than_an_instance_is_refused_unread() {
    let sandbox = start(IMAGING).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let folder = sandbox
        .inspect(Input::File(directory.path().to_owned()))
        .await
        .unwrap_err();
    assert!(matches!(folder, CallError::Input(_)));

    let file = directory.path().join("large");
    fs::File::create(&file).unwrap().set_len(1 << 40).unwrap();
    let large = sandbox.inspect(Input::File(file)).await.unwrap_err();
    assert!(
        matches!(large, CallError::Image(ImageError::TooLarge(excess)) if excess.actual == 1 << 40)
    );
    assert_still_answers(&sandbox).await;
}

#[tokio::test]
async fn an_unusable_cache_folder_costs_time_only() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let sandbox = start_with(IMAGING, &settings(), Some(&file.join("cache"))).unwrap();
    assert_still_answers(&sandbox).await;
}

#[test]
fn a_self_test_is_not_repeated_where_it_passed() {
    let cache = tempfile::tempdir().unwrap();
    let marks = cache.path().join("self-test");
    start_with(IMAGING, &settings(), Some(cache.path())).unwrap();
    let mark = fs::read_dir(&marks).unwrap().next().unwrap().unwrap();
    let mark = mark.file_name().into_string().unwrap();

    let failing = failing_self_test();
    let refused = start_with(&failing, &settings(), Some(cache.path()));
    assert!(matches!(refused, Err(StartError::SelfTest(_))));

    // Were it marked as passed, it would not be tested.
    let digest = |component: &str| hex::encode(sha2::Sha256::digest(component));
    let mark = mark.replace(&digest(IMAGING), &digest(&failing));
    fs::write(marks.join(mark), []).unwrap();
    start_with(&failing, &settings(), Some(cache.path())).unwrap();
}

/// The component of this build, compiled once for the tests that need it.
static EMBEDDED: LazyLock<Sandbox> = LazyLock::new(|| {
    let generous = SandboxSettings {
        memory: 512 << 20,
        timeout: Duration::from_secs(30),
        ..settings()
    };
    Sandbox::start(&Source::Embedded, &generous, None).unwrap()
});

/// A grey picture of 96x64 pixels that gets brighter to the right and down, as PGM.
fn gradient() -> Input {
    let mut file = b"P5 96 64 255\n".to_vec();
    file.extend((0..64u8).flat_map(|y| (0..96u8).map(move |x| x + 2 * y)));
    Input::Bytes(file.into())
}

#[tokio::test]
async fn the_embedded_component_answers_every_function() {
    let sandbox = &EMBEDDED;
    let info = sandbox.inspect(gradient()).await.unwrap();
    let thumb = RenditionSpec {
        size: RenditionSize::Fit(Dimensions {
            width: 30,
            height: 30,
        }),
        quality: 80,
    };
    let plan = Plan {
        algorithms: Algorithm::ALL.to_vec(),
        renditions: vec![thumb],
    };
    let outcome = sandbox.process(gradient(), plan).await.unwrap();
    assert_eq!(outcome.info, info);
    assert_eq!(
        info.size,
        Dimensions {
            width: 96,
            height: 64
        }
    );
    let hashed = sandbox
        .hash(gradient(), Algorithm::ALL.to_vec())
        .await
        .unwrap();
    assert_eq!(outcome.fingerprints, hashed);
    let rendered = sandbox.render(gradient(), vec![thumb]).await.unwrap();
    assert_eq!(outcome.renditions, rendered);
    assert_eq!(
        rendered[0].size,
        Dimensions {
            width: 30,
            height: 20
        }
    );

    let laid = sandbox
        .hash_orientations(gradient(), Algorithm::Dhash)
        .await
        .unwrap();
    assert_eq!(laid[0], (Orientation::Upright, hashed[1].clone()));
    assert_ne!(laid[1].1, hashed[1]);
    let same = sandbox.compare(gradient(), gradient(), None).await.unwrap();
    assert_eq!(same.verdict, Verdict::Exact);
}

#[tokio::test]
async fn refusals_of_the_component_keep_their_names() {
    let sandbox = &EMBEDDED;
    let text = Input::Bytes(Bytes::from_static(b"a text, not a picture"));
    let refused = sandbox.inspect(text).await.unwrap_err();
    assert!(
        matches!(refused, CallError::Image(ImageError::UnsupportedFormat(_))),
        "{refused:?}"
    );
    let refused = sandbox.hash(gradient(), vec![]).await.unwrap_err();
    assert!(
        matches!(refused, CallError::Image(ImageError::InvalidParameter(_))),
        "{refused:?}"
    );
}

#[test]
fn compiled_components_are_kept() {
    let cache = tempfile::tempdir().unwrap();
    start_with(IMAGING, &settings(), Some(cache.path())).unwrap();
    assert!(cache.path().join("compiled/modules").is_dir());
    let names = std::fs::read_dir(cache.path()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        ["compiled", "self-test"],
        "nothing else is the engine's to clean"
    );
}
