use super::*;

fn fields(bytes: &[u8]) -> Result<Vec<(u32, Value<'_>)>, ProtobufError> {
    Reader::new(bytes).collect()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn the_bytes_are_those_of_the_documentation() {
    // From "Encoding" in protobuf's own guide: `a: 150`, `b: "testing"`, `c: {a: 150}`.
    let mut writer = Writer::default();
    writer.varint(1, 150);
    writer.text(2, "testing");
    writer.message(3, |inner| inner.varint(1, 150));
    let bytes = writer.finish();
    assert_eq!(bytes, b"\x08\x96\x01\x12\x07testing\x1a\x03\x08\x96\x01");
    let read = fields(&bytes).unwrap();
    assert_eq!(read[0], (1, Value::Varint(150)));
    assert_eq!(read[1].1.text(), Ok("testing"));
    assert_eq!(read[2].1.message().collect::<Vec<_>>(), [Ok((1, Value::Varint(150)))]);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn what_is_zero_or_empty_is_left_out_and_an_empty_message_is_not() {
    let mut writer = Writer::default();
    writer.varint(1, 0);
    writer.fixed64(2, 0);
    writer.text(3, "");
    writer.message(4, |_| ());
    assert_eq!(writer.finish(), b"\x22\x00");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn what_is_no_message_is_refused_and_read_no_further() {
    for (bytes, error) in [
        (&b"\x08"[..], ProtobufError::Cut),
        (b"\x08\x96", ProtobufError::Cut),
        (b"\x12\x07testin", ProtobufError::Cut),
        (b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", ProtobufError::Cut),
        (b"\x09\x00\x00\x00\x00\x00\x00\x00", ProtobufError::Cut),
        (b"\x0d\x00\x00\x00", ProtobufError::Cut),
        (b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", ProtobufError::TooLong),
        (b"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", ProtobufError::TooLong),
        (b"\x00\x01", ProtobufError::Number),
        (b"\x80\x80\x80\x80\x10\x01", ProtobufError::Number),
        (b"\x0b\x0c", ProtobufError::Shape(3)),
        (b"\x0c", ProtobufError::Shape(4)),
        (b"\x0e", ProtobufError::Shape(6)),
    ] {
        assert_eq!(fields(bytes), Err(error), "{bytes:x?}");
        let mut reader = Reader::new(bytes);
        assert!(reader.next().is_some() && reader.next().is_none());
    }
    assert_eq!(Value::Bytes(b"\xff").text(), Err(ProtobufError::Text));
    assert_eq!(Value::Varint(1).text(), Err(ProtobufError::Text));
    assert_eq!(Value::Varint(1).message().count(), 0);
}

#[cfg(not(target_arch = "wasm32"))]
mod laws {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Field {
        Varint(u64),
        Fixed(u64),
        Text(String),
    }

    fn field() -> impl Strategy<Value = (u32, Field)> {
        let value = prop_oneof![
            (1..=u64::MAX, 0..64u32).prop_map(|(n, shift)| Field::Varint((n >> shift).max(1))),
            (1..=u64::MAX).prop_map(Field::Fixed),
            ".{1,200}".prop_map(Field::Text),
        ];
        (1..(1u32 << 29), value)
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(list in prop::collection::vec(field(), 0..20)) {
            let mut writer = Writer::default();
            for (number, field) in &list {
                match field {
                    Field::Varint(value) => writer.varint(*number, *value),
                    Field::Fixed(value) => writer.fixed64(*number, *value),
                    Field::Text(text) => writer.text(*number, text),
                }
            }
            let bytes = writer.finish();
            let read = fields(&bytes).unwrap();
            let wrote: Vec<_> = list.iter().map(|(number, field)| (*number, match field {
                Field::Varint(value) => Value::Varint(*value),
                Field::Fixed(value) => Value::Fixed64(*value),
                Field::Text(text) => Value::Bytes(text.as_bytes()),
            })).collect();
            prop_assert_eq!(read, wrote);
        }

        #[test]
        fn any_bytes_are_read_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Reader::new(&bytes).count() <= bytes.len());
        }
    }
}
