//! Payment intents, charges, refunds, the balance.

use super::*;

fn paid(account: &mut Account) -> Value {
    let customer = account.customer("pm_card_visa", None);
    account.post(
        "/payment_intents",
        &[
            ("amount", "1000"),
            ("currency", "eur"),
            ("customer", &customer),
            ("payment_method", "pm_card_visa"),
            ("confirm", "true"),
            ("metadata[order]", "7"),
        ],
    )
}

#[test]
fn a_payment_leaves_a_charge_and_a_fee() {
    let mut account = Account::new();
    let intent = paid(&mut account);
    assert_eq!(
        (&intent["status"], &intent["amount_received"]),
        (&json!("succeeded"), &json!(1000))
    );
    let path = format!("/charges/{}", text(&intent, "latest_charge"));
    let charge = account.get(&format!("{path}?expand[]=balance_transaction"));
    assert_eq!(
        (&charge["paid"], &charge["metadata"]["order"]),
        (&json!(true), &json!("7"))
    );
    let entry = &charge["balance_transaction"];
    assert_eq!(
        (&entry["amount"], &entry["fee"], &entry["net"]),
        (&json!(1000), &json!(59), &json!(941))
    );
    assert_eq!(
        (&entry["type"], &entry["status"]),
        (&json!("charge"), &json!("pending"))
    );
    assert_eq!(account.get("/balance")["pending"][0]["amount"], 941);
    account.now += 2 * DAY * 1_000;
    assert_eq!(account.get("/balance")["available"][0]["amount"], 941);
    let source = format!("/balance_transactions?source={}", text(&charge, "id"));
    assert_eq!(account.data(&source)[0]["status"], "available");
}

#[test]
fn a_declined_charge_is_kept() {
    let mut account = Account::new();
    let customer = account.customer("pm_card_visa", None);
    let (status, error) = account.refused(
        "POST",
        "/payment_intents",
        &[
            ("amount", "1000"),
            ("currency", "eur"),
            ("customer", &customer),
            ("payment_method", "pm_card_chargeCustomerFail"),
            ("confirm", "true"),
        ],
    );
    assert_eq!((status, &error["code"]), (402, &json!("card_declined")));
    let charge = account.get(&format!("/charges/{}", text(&error, "charge")));
    assert_eq!(
        (&charge["status"], &charge["balance_transaction"]),
        (&json!("failed"), &Value::Null)
    );
    let intent = account.data("/payment_intents").remove(0);
    assert_eq!(intent["status"], "requires_payment_method");
    assert_eq!(intent["last_payment_error"]["code"], "card_declined");
    assert_eq!(account.data("/balance_transactions").len(), 0);
    let confirm = format!("/payment_intents/{}/confirm", text(&intent, "id"));
    let again = account.post(&confirm, &[("payment_method", "pm_card_visa")]);
    assert_eq!(again["status"], "succeeded");
    assert_eq!(account.refused("POST", &confirm, &[]).0, 400);
}

#[test]
fn money_goes_back_once() {
    let mut account = Account::new();
    let intent = paid(&mut account);
    let charge = text(&intent, "latest_charge").to_owned();
    let part = account.post("/refunds", &[("charge", &charge), ("amount", "300")]);
    assert_eq!(
        (&part["status"], &part["amount"]),
        (&json!("succeeded"), &json!(300))
    );
    let path = format!("/charges/{charge}?expand[]=refunds");
    let half = account.get(&path);
    assert_eq!(
        (&half["refunded"], &half["amount_refunded"]),
        (&json!(false), &json!(300))
    );
    assert_eq!(half["refunds"]["data"][0]["id"], part["id"]);
    assert_eq!(
        account
            .refused(
                "POST",
                "/refunds",
                &[("charge", &charge), ("amount", "701")]
            )
            .0,
        400
    );
    account.post("/refunds", &[("payment_intent", text(&intent, "id"))]);
    assert_eq!(account.get(&path)["refunded"], true);
    let (status, error) = account.refused("POST", "/refunds", &[("charge", &charge)]);
    assert_eq!(
        (status, &error["code"]),
        (400, &json!("charge_already_refunded"))
    );
    let sum: i64 = account
        .data("/balance_transactions?type=refund")
        .iter()
        .map(|entry| entry["net"].as_i64().unwrap())
        .sum();
    assert_eq!(sum, -1000);
}
