//! A plugin that does nothing: the price of wasm itself, to which a filter can only add.
//!
//! It exports the callbacks that the gateway exports, and each returns at once. Written here byte by byte (WebAssembly core
//! specification, chapter 5), so that the bench needs no module but the ones it measures.

/// Value type `i32`.
const I32: u8 = 0x7f;

/// What an export does.
#[derive(Clone, Copy)]
enum Returns {
    Nothing,
    /// Returns this.
    Value(u16),
}
use Returns::{Nothing, Value};

/// Exports of proxy-wasm ABI 0.2.1: name, number of `i32` parameters, and what the function does. `proxy_on_request_headers` and its like
/// return 0 for "continue"; the address for host data is above 0 because 0 stands for "no memory".
const EXPORTS: [(&str, u8, Returns); 12] = [
    ("proxy_abi_version_0_2_1", 0, Nothing),
    ("proxy_on_memory_allocate", 1, Value(1024)),
    ("proxy_on_context_create", 2, Nothing),
    ("proxy_on_vm_start", 2, Value(1)),
    ("proxy_on_configure", 2, Value(1)),
    ("proxy_on_request_headers", 3, Value(0)),
    ("proxy_on_request_body", 3, Value(0)),
    ("proxy_on_response_headers", 3, Value(0)),
    ("proxy_on_response_body", 3, Value(0)),
    ("proxy_on_log", 1, Nothing),
    ("proxy_on_done", 1, Value(1)),
    ("proxy_on_delete", 1, Nothing),
];

/// The module.
#[must_use]
pub fn module() -> Vec<u8> {
    let count = EXPORTS.len() as u32;
    // One type for each function: simpler than sharing them, and as good.
    let types = EXPORTS.iter().flat_map(|&(_, parameters, returns)| {
        let mut signature = vec![0x60, parameters];
        signature.extend(std::iter::repeat_n(I32, usize::from(parameters)));
        match returns {
            Nothing => signature.push(0),
            Value(_) => signature.extend([1, I32]),
        }
        signature
    });
    let functions = (0..EXPORTS.len() as u8).collect::<Vec<u8>>();
    let memory = [1, 0, 2]; // one memory, without maximum, of two pages
    let mut exports = unsigned(count + 1);
    for (index, (name, ..)) in EXPORTS.iter().enumerate() {
        exports.extend(export(name, 0, index as u8));
    }
    exports.extend(export("memory", 2, 0));
    let code = EXPORTS.iter().flat_map(|&(_, _, returns)| {
        let mut body = vec![0]; // no locals
        if let Value(value) = returns {
            body.push(0x41); // i32.const
            body.extend(signed(value));
        }
        body.push(0x0b); // end
        [unsigned(body.len() as u32), body].concat()
    });
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    module.extend(section(1, unsigned(count).into_iter().chain(types)));
    module.extend(section(3, unsigned(count).into_iter().chain(functions)));
    module.extend(section(5, memory));
    module.extend(section(7, exports));
    module.extend(section(10, unsigned(count).into_iter().chain(code)));
    module
}

fn section(id: u8, content: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let content: Vec<u8> = content.into_iter().collect();
    [vec![id], unsigned(content.len() as u32), content].concat()
}

fn export(name: &str, kind: u8, index: u8) -> Vec<u8> {
    [unsigned(name.len() as u32), name.as_bytes().to_vec(), vec![kind, index]].concat()
}

/// LEB128.
fn unsigned(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// Signed LEB128 of a number that is not negative: its last byte must not show the sign bit.
fn signed(value: u16) -> Vec<u8> {
    let mut bytes = unsigned(u32::from(value));
    if let Some(last) = bytes.last_mut().filter(|last| **last & 0x40 != 0) {
        *last |= 0x80;
        bytes.push(0);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_encoded_as_the_specification_says() {
        assert_eq!(unsigned(624_485), [0xe5, 0x8e, 0x26]);
        assert_eq!(unsigned(0), [0]);
        assert_eq!(signed(64), [0xc0, 0x00]);
        assert_eq!(signed(1024), [0x80, 0x08]);
    }

    #[test]
    fn sections_fill_the_module_to_its_end() {
        let module = module();
        let mut at = 8;
        let mut ids = Vec::new();
        while at < module.len() {
            ids.push(module[at]);
            let (mut length, mut shift) = (0_usize, 0);
            loop {
                at += 1;
                length |= usize::from(module[at] & 0x7f) << shift;
                shift += 7;
                if module[at] & 0x80 == 0 {
                    break;
                }
            }
            at += 1 + length;
        }
        assert_eq!(at, module.len());
        assert_eq!(ids, [1, 3, 5, 7, 10]);
    }
}
