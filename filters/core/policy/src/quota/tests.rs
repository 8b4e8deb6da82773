use super::{Quota, Shape, Unit, Window};

fn read(json: &str) -> Quota {
    serde_json::from_str(json).unwrap()
}

fn fields(quota: &Quota) -> Vec<String> {
    quota.problems().into_iter().map(|(field, _)| field).collect()
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn what_is_not_chosen_is_not_written() {
    let plain = r#"{"name":"tpm","unit":"tokens","limit":1000.0,"per":"minute","by":"team"}"#;
    assert_eq!(read(plain), Quota::new("tpm", Unit::Tokens, 1000.0, Window::Minute));
    assert_eq!(serde_json::to_string(&read(plain)).unwrap(), plain);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn everything_that_can_be_chosen_survives_the_wire() {
    let whole = concat!(
        r#"{"name":"budget","unit":"usd","limit":500.0,"per":"month","timeZone":"America/Argentina/Buenos_Aires","by":"team","#,
        r#""clamp":true,"shedAt":{"batch":80,"evals":50},"alertAt":[80]}"#
    );
    let quota = read(whole);
    assert_eq!(quota.shed_at.get("batch"), Some(&80));
    assert_eq!(fields(&quota), [""; 0]);
    assert_eq!(serde_json::to_string(&quota).unwrap(), whole);
    let sliding = read(r#"{"name":"tpm","unit":"tokens","limit":1,"per":"minute","window":"sliding"}"#);
    assert_eq!((sliding.window, fields(&sliding).len()), (Shape::Sliding, 0));
    let seats = read(r#"{"name":"streams","unit":"inFlight","limit":40,"per":"hour"}"#);
    assert_eq!((seats.unit, seats.limit_steps(), fields(&seats).len()), (Unit::InFlight, 40, 0));
    assert!(
        serde_json::from_str::<Quota>(r#"{"name":"q","unit":"tokens","limit":1,"per":"minute","sliding":true}"#)
            .is_err()
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn what_cannot_be_meant_is_named() {
    for (rest, field) in [
        (r#""unit":"tokens","per":"second","window":"sliding""#, "window"),
        (r#""unit":"inFlight","per":"hour","window":"sliding""#, "window"),
        (r#""unit":"inFlight","per":"second""#, "per"),
        (r#""unit":"inFlight","per":"month","timeZone":"UTC""#, "timeZone"),
        (r#""unit":"usd","per":"hour","timeZone":"Europe/Zurich""#, "timeZone"),
        (r#""unit":"usd","per":"month","window":"sliding","timeZone":"Europe/Zurich""#, "timeZone"),
        (r#""unit":"usd","per":"month","timeZone":"CEST""#, "timeZone"),
        (r#""unit":"usd","per":"month","timeZone":"../etc/passwd""#, "timeZone"),
        (r#""unit":"requests","per":"month","clamp":true"#, "clamp"),
        (r#""unit":"inFlight","per":"hour","clamp":true"#, "clamp"),
        (r#""unit":"tokens","per":"minute","shedAt":{"Batch":80}"#, "shedAt/Batch"),
        (r#""unit":"tokens","per":"minute","shedAt":{"batch":100}"#, "shedAt/batch"),
        (r#""unit":"tokens","per":"minute","shedAt":{"batch":0}"#, "shedAt/batch"),
    ] {
        let quota = read(&format!(r#"{{"name":"q","limit":1,{rest}}}"#));
        assert_eq!(fields(&quota), [field], "{rest}");
    }
}
