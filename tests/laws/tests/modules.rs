//! What the built modules in `dist/` import, export and weigh. `make build` comes first.

use std::collections::BTreeSet;
use std::path::PathBuf;

use wasmparser::{ExternalKind, Parser, Payload};

const MODULES: &[&str] = &["gateway", "translate", "token-count", "redact", "quota-check"];
/// The design's bound on the size of a module, in bytes.
const MAX_SIZE: usize = 1_500_000;

fn module(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dist").join(format!("{name}.wasm"));
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}; run `make build` first", path.display()))
}

#[test]
fn modules_import_nothing_but_the_proxys_hostcalls() {
    for name in MODULES {
        for payload in Parser::new(0).parse_all(&module(name)) {
            let Payload::ImportSection(imports) = payload.unwrap() else { continue };
            for import in imports {
                let import = import.unwrap();
                assert!(
                    import.module == "env" && import.name.starts_with("proxy_"),
                    "{name}.wasm imports {}.{}: no clock, file or random source may be reachable",
                    import.module,
                    import.name
                );
            }
        }
    }
}

#[test]
fn modules_export_the_callbacks_they_use_and_no_other() {
    let always = [
        "proxy_abi_version_0_2_1",
        "proxy_on_memory_allocate",
        "proxy_on_context_create",
        "proxy_on_configure",
        "proxy_on_delete",
    ];
    let stream = [
        "proxy_on_request_headers",
        "proxy_on_request_body",
        "proxy_on_request_trailers",
        "proxy_on_response_headers",
        "proxy_on_response_body",
        "proxy_on_response_trailers",
    ];
    for name in MODULES {
        let mut wanted: BTreeSet<String> = always.iter().chain(&stream).map(|&name| name.to_owned()).collect();
        if *name != "translate" {
            // Upstream filters are not called for the access log.
            wanted.insert("proxy_on_log".to_owned());
        }
        if *name == "gateway" {
            // Quotas of a fleet: leases are asked for, and use is reported.
            for callback in ["proxy_on_tick", "proxy_on_grpc_receive", "proxy_on_grpc_close"] {
                wanted.insert(callback.to_owned());
            }
        }
        let mut found = BTreeSet::new();
        for payload in Parser::new(0).parse_all(&module(name)) {
            let Payload::ExportSection(exports) = payload.unwrap() else { continue };
            for export in exports {
                let export = export.unwrap();
                if export.kind == ExternalKind::Func {
                    found.insert(export.name.to_owned());
                }
            }
        }
        assert_eq!(found, wanted, "{name}.wasm");
    }
}

#[test]
fn modules_stay_small() {
    for name in MODULES {
        let size = module(name).len();
        assert!(size < MAX_SIZE, "{name}.wasm has {size} bytes, the bound is {MAX_SIZE}");
    }
}
