//! Small modules written by hand: what the shipped ones do is told by the policy tests that run on them.

use super::load;
use crate::LogLevel;
use crate::fake::{Answer, Request};

/// A module with an allocator that never frees, and these functions beside it.
fn module(functions: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
            (import "env" "proxy_get_buffer_bytes" (func $get (param i32 i32 i32 i32 i32) (result i32)))
            (import "env" "proxy_set_buffer_bytes" (func $set (param i32 i32 i32 i32 i32) (result i32)))
            (import "env" "proxy_increment_metric" (func $increment (param i32 i64) (result i32)))
            (import "env" "proxy_define_metric" (func $define (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (global $free (mut i32) (i32.const 4096))
            (data (i32.const 64) "no such rule")
            (func (export "proxy_on_memory_allocate") (param i32) (result i32)
                (local $at i32)
                (local.set $at (global.get $free))
                (global.set $free (i32.add (global.get $free) (local.get 0)))
                ;; As real allocators do, it takes more memory in the middle of a hostcall.
                (drop (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get 0) (i32.const 65536)))))
                (local.get $at))
            (func (export "proxy_on_context_create") (param i32 i32))
            {functions})"#
    );
    wat::parse_str(text).unwrap()
}

const ACCEPTS: &str = r#"(func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 1))"#;

/// Holds the body, then puts it behind itself.
const DOUBLES: &str = r#"
    (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) (i32.const 1))
    (func (export "proxy_on_request_body") (param i32 i32 i32) (result i32)
        (if (result i32) (local.get 2)
            (then
                (drop (call $get (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 4)))
                (drop (call $set (i32.const 0) (i32.const -1) (i32.const 0) (i32.load (i32.const 0)) (i32.load (i32.const 4))))
                (i32.const 0))
            (else (i32.const 1))))"#;

#[test]
fn a_module_is_driven_as_native_code_is() {
    let envoy = load(&module(&format!("{ACCEPTS}{DOUBLES}")), "{}").unwrap();
    for size in [1, 100, 300_000] {
        let body = "x".repeat(size);
        let outcome = envoy.exchange(Request::post("/").body_by(&body, 65_536), Answer::new(200).body("ok"));
        assert_eq!(outcome.upstream.text(), body.repeat(2), "{size}");
        // It exports no response callbacks: the answer passes.
        assert_eq!((outcome.client.status(), outcome.client.text()), (200, "ok".to_owned()));
    }
}

#[test]
fn a_trap_is_logged_and_answered_and_ends_the_vm() {
    let traps = r#"(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) unreachable)"#;
    let envoy = load(&module(&format!("{ACCEPTS}{traps}")), "{}").unwrap();
    for _ in 0..2 {
        let outcome = envoy.exchange(Request::get("/"), Answer::new(200));
        assert_eq!(
            outcome.local_reply.map(|reply| (reply.status, reply.details)),
            Some((503, "wasm_fail_stream".into()))
        );
        assert!(!outcome.upstream.arrived());
    }
    let logs = &envoy.worker().logs;
    assert_eq!(logs.len(), 1, "{logs:?}");
    let (level, text) = &logs[0];
    assert_eq!(*level, LogLevel::Critical);
    assert!(text.contains("proxy_on_request_headers") && text.contains("unreachable"), "{text}");
}

#[test]
fn a_refused_configuration_is_told_in_the_modules_words() {
    let refuses = r#"(func (export "proxy_on_configure") (param i32 i32) (result i32)
        (drop (call $log (i32.const 4) (i32.const 64) (i32.const 12)))
        (i32.const 0))"#;
    let error = load(&module(refuses), "{}").err().unwrap();
    assert_eq!(error, "configuration refused: no such rule");
}

#[test]
fn hostcalls_are_given_statuses_and_wide_numbers() {
    // A counter cannot be moved by 0: status 2, BadArgument. Moved by 2^32 it can.
    let counts = r#"(func (export "proxy_on_configure") (param i32 i32) (result i32)
        (drop (call $define (i32.const 0) (i32.const 64) (i32.const 2) (i32.const 0)))
        (i32.and
            (i32.eq (call $increment (i32.load (i32.const 0)) (i64.const 0)) (i32.const 2))
            (i32.eqz (call $increment (i32.load (i32.const 0)) (i64.const 4294967296)))))"#;
    let envoy = load(&module(counts), "{}").unwrap();
    assert_eq!(envoy.metric("no"), 1 << 32);
    // An address outside of memory is an error to the module, not to us.
    let outside = r#"(func (export "proxy_on_configure") (param i32 i32) (result i32)
        (i32.eq (call $log (i32.const 2) (i32.const -8) (i32.const 100)) (i32.const 6)))"#;
    assert!(load(&module(outside), "{}").is_ok());
}

#[test]
fn what_is_no_module_is_said_so() {
    let error = |bytes: &[u8]| load(bytes, "{}").err().unwrap();
    assert!(error(b"").contains("is not a usable module"), "{}", error(b""));
    assert!(error(b"\0asm\x01\0\0\0").contains("does not export `memory`"));
    let imports = wat::parse_str(r#"(module (import "wasi" "clock" (func (result i32))))"#).unwrap();
    assert!(error(&imports).contains("wasi.clock"), "{}", error(&imports));
}
