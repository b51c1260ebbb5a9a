//! Subscriptions through months, by test clocks.

use super::*;

/// Ids and statuses of a subscription's invoices, the newest first.
fn invoices(account: &mut Account, subscription: &Value) -> Vec<String> {
    let list = account.data(&format!(
        "/invoices?subscription={}",
        text(subscription, "id")
    ));
    list.iter()
        .map(|one| text(one, "status").to_owned())
        .collect()
}

fn again(account: &mut Account, subscription: &Value) -> Value {
    account.get(&format!("/subscriptions/{}", text(subscription, "id")))
}

#[test]
fn a_subscription_is_paid_at_once() {
    let mut account = Account::new();
    let (price, customer) = (
        account.price("1900"),
        account.customer("pm_card_visa", None),
    );
    let made = account.post(
        "/subscriptions",
        &[
            ("customer", &customer),
            ("items[0][price]", &price),
            ("items[0][quantity]", "2"),
            ("payment_behavior", "allow_incomplete"),
            ("expand[]", "latest_invoice.payments"),
            ("expand[]", "customer"),
        ],
    );
    assert_eq!(
        (&made["status"], &made["billing_mode"]["type"]),
        (&json!("active"), &json!("flexible"))
    );
    assert_eq!(made["customer"]["email"], "a@example.com");
    assert!(
        made.get("current_period_end").is_none(),
        "periods stand on the items"
    );
    let item = &made["items"]["data"][0];
    assert_eq!(item["current_period_start"], json!(NOW / 1_000));
    assert_eq!(item["current_period_end"], json!(NOW / 1_000 + 30 * DAY));
    let invoice = &made["latest_invoice"];
    assert_eq!(
        (&invoice["status"], &invoice["amount_paid"]),
        (&json!("paid"), &json!(3800))
    );
    assert_eq!(
        invoice["parent"]["subscription_details"]["subscription"],
        made["id"]
    );
    assert_eq!(
        invoice["lines"]["data"][0]["pricing"]["price_details"]["price"],
        json!(price)
    );
    assert!(invoice.get("paid").is_none() && invoice.get("charge").is_none());
    let payment = &invoice["payments"]["data"][0];
    assert_eq!(
        (&payment["status"], &payment["amount_paid"]),
        (&json!("paid"), &json!(3800))
    );
    let intent = text(&payment["payment"], "payment_intent");
    let intent = account.get(&format!(
        "/payment_intents/{intent}?expand[]=latest_charge.balance_transaction"
    ));
    let entry = &intent["latest_charge"]["balance_transaction"];
    assert_eq!((&entry["fee"], &entry["net"]), (&json!(140), &json!(3660)));
}

#[test]
fn months_go_by_on_a_test_clock() {
    let mut account = Account::new();
    let (clock, price, customer) = account.buyer("pm_card_visa");
    let made = account.subscribe(&customer, &price);
    account.advance(&clock, 30);
    assert_eq!(invoices(&mut account, &made), ["draft", "paid"]);
    account.advance(&clock, 31);
    assert_eq!(invoices(&mut account, &made), ["paid", "paid"]);
    account.advance(&clock, 92);
    assert_eq!(invoices(&mut account, &made).len(), 4);
    let now = again(&mut account, &made);
    let item = &now["items"]["data"][0];
    // 21 February to 21 March.
    assert_eq!(item["current_period_start"], json!(NOW / 1_000 + 92 * DAY));
    assert_eq!(item["current_period_end"], json!(NOW / 1_000 + 120 * DAY));
    let newest = &account.data("/invoices?limit=2")[1];
    assert_eq!(
        (&newest["billing_reason"], &newest["attempt_count"]),
        (&json!("subscription_cycle"), &json!(1))
    );
}

#[test]
fn a_clock_goes_forward_in_small_steps_only() {
    let mut account = Account::new();
    let (clock, price, customer) = account.buyer("pm_card_visa");
    account.subscribe(&customer, &price);
    let path = format!("/test_helpers/test_clocks/{clock}/advance");
    let mut to = |days: i64| {
        let time = (NOW / 1_000 + days * DAY).to_string();
        account.refused("POST", &path, &[("frozen_time", &time)]).0
    };
    assert_eq!([to(0), to(-1), to(63)], [400, 400, 400]);
    account.call("DELETE", &format!("/test_helpers/test_clocks/{clock}"), &[]);
    assert_eq!(
        account.get(&format!("/customers/{customer}"))["deleted"],
        true
    );
}

#[test]
fn a_failing_card_makes_it_past_due_and_then_ends_it() {
    let mut account = Account::new();
    let (clock, price, customer) = account.buyer("pm_card_visa");
    let made = account.subscribe(&customer, &price);
    let bad = account.post(
        "/payment_methods/pm_card_chargeCustomerFail/attach",
        &[("customer", &customer)],
    );
    account.post(
        &format!("/customers/{customer}"),
        &[("invoice_settings[default_payment_method]", text(&bad, "id"))],
    );
    account.advance(&clock, 31);
    assert_eq!(again(&mut account, &made)["status"], "past_due");
    assert_eq!(invoices(&mut account, &made), ["open", "paid"]);
    let open = account.data("/invoices?status=open").remove(0);
    assert_eq!(
        (&open["attempt_count"], &open["attempted"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(
        open["next_payment_attempt"],
        json!(NOW / 1_000 + 33 * DAY + 3_600)
    );
    assert_eq!(
        account.get(&format!("/customers/{customer}"))["delinquent"],
        true
    );
    account.advance(&clock, 34);
    assert_eq!(
        account.get(&format!("/invoices/{}", text(&open, "id")))["attempt_count"],
        2
    );
    let pay = format!("/invoices/{}/pay", text(&open, "id"));
    let (status, error) = account.refused("POST", &pay, &[]);
    assert_eq!(
        (status, &error["decline_code"]),
        (402, &json!("generic_decline"))
    );
    account.advance(&clock, 46);
    let over = again(&mut account, &made);
    assert_eq!(
        (&over["status"], &over["cancellation_details"]["reason"]),
        (&json!("canceled"), &json!("payment_failed"))
    );
    assert_eq!(
        account.get(&format!("/invoices/{}", text(&open, "id")))["attempt_count"],
        4
    );
    account.advance(&clock, 80);
    assert_eq!(
        invoices(&mut account, &made).len(),
        2,
        "nothing more is billed"
    );
}

#[test]
fn a_paid_invoice_makes_it_active_again() {
    let mut account = Account::new();
    let (_, price, customer) = account.buyer("pm_card_chargeCustomerFail");
    let made = account.subscribe(&customer, &price);
    assert_eq!(made["status"], "incomplete");
    let good = account.post(
        "/payment_methods/pm_card_visa/attach",
        &[("customer", &customer)],
    );
    let pay = format!("/invoices/{}/pay", text(&made, "latest_invoice"));
    let paid = account.post(&pay, &[("payment_method", text(&good, "id"))]);
    assert_eq!(
        (&paid["status"], &paid["attempt_count"]),
        (&json!("paid"), &json!(1))
    );
    assert_eq!(again(&mut account, &made)["status"], "active");
    assert_eq!(account.refused("POST", &pay, &[]).0, 400);
}

#[test]
fn without_its_first_payment_it_expires() {
    let mut account = Account::new();
    let (clock, price, customer) = account.buyer("pm_card_chargeCustomerFail");
    let fields = |behavior| {
        [
            ("customer", customer.as_str()),
            ("items[0][price]", &price),
            ("payment_behavior", behavior),
        ]
    };
    let (status, error) = account.refused("POST", "/subscriptions", &fields("error_if_incomplete"));
    assert_eq!((status, &error["type"]), (402, &json!("card_error")));
    assert_eq!(account.data("/invoices").len(), 0, "nothing is kept");
    let mut waiting = fields("default_incomplete").to_vec();
    waiting.push(("expand[]", "latest_invoice.confirmation_secret"));
    let made = account.post("/subscriptions", &waiting);
    let secret = &made["latest_invoice"]["confirmation_secret"]["client_secret"];
    assert!(secret.as_str().unwrap().starts_with("pi_"));
    assert_eq!(
        (&made["status"], &made["latest_invoice"]["attempt_count"]),
        (&json!("incomplete"), &json!(0))
    );
    account.advance(&clock, 1);
    assert_eq!(again(&mut account, &made)["status"], "incomplete_expired");
    assert_eq!(invoices(&mut account, &made), ["void"]);
}

#[test]
fn it_ends_with_its_period_or_at_once() {
    let mut account = Account::new();
    let (clock, price, customer) = account.buyer("pm_card_visa");
    let made = account.subscribe(&customer, &price);
    let path = format!("/subscriptions/{}", text(&made, "id"));
    let told = account.post(&path, &[("cancel_at_period_end", "true")]);
    assert_eq!(
        (&told["status"], &told["cancel_at"]),
        (&json!("active"), &json!(NOW / 1_000 + 30 * DAY))
    );
    let undone = account.post(&path, &[("cancel_at_period_end", "false")]);
    assert_eq!(
        (&undone["cancel_at"], &undone["canceled_at"]),
        (&Value::Null, &Value::Null)
    );
    account.advance(&clock, 31);
    assert_eq!(account.get(&path)["status"], "active");
    account.post(&path, &[("cancel_at_period_end", "true")]);
    account.advance(&clock, 62);
    assert_eq!(account.get(&path)["status"], "canceled");
    assert_eq!(invoices(&mut account, &made).len(), 2);

    let second = account.subscribe(&customer, &price);
    let path = format!("/subscriptions/{}", text(&second, "id"));
    assert_eq!(account.call("DELETE", &path, &[])["status"], "canceled");
    let (status, error) = account.refused("DELETE", &path, &[]);
    assert_eq!((status, &error["code"]), (404, &json!("resource_missing")));
    let of = format!("/subscriptions?customer={customer}");
    assert_eq!(account.data(&of).len(), 0);
    assert_eq!(account.data(&format!("{of}&status=all")).len(), 2);
}

#[test]
fn a_trial_costs_nothing_until_it_is_over() {
    let mut account = Account::new();
    let (clock, price, customer) = account.buyer("pm_card_visa");
    let made = account.post(
        "/subscriptions",
        &[
            ("customer", &customer),
            ("items[0][price]", &price),
            ("trial_period_days", "14"),
        ],
    );
    assert_eq!(made["status"], "trialing");
    account.advance(&clock, 15);
    let now = again(&mut account, &made);
    assert_eq!(now["status"], "active");
    let amounts: Vec<Value> = account
        .data("/invoices")
        .iter()
        .map(|one| one["amount_paid"].clone())
        .collect();
    assert_eq!(amounts, [1900, 0]);
}

#[test]
fn an_invoice_that_is_sent_waits_for_its_money() {
    let mut account = Account::new();
    let clock = account.clock();
    let price = account.price("1900");
    let customer = account.post("/customers", &[("test_clock", &clock)]);
    let made = account.post(
        "/subscriptions",
        &[
            ("customer", text(&customer, "id")),
            ("items[0][price]", &price),
            ("collection_method", "send_invoice"),
            ("days_until_due", "7"),
        ],
    );
    assert_eq!(made["status"], "active");
    account.advance(&clock, 8);
    assert_eq!(again(&mut account, &made)["status"], "past_due");
    let invoice = format!("/invoices/{}", text(&made, "latest_invoice"));
    let paid = account.post(&format!("{invoice}/pay"), &[("paid_out_of_band", "true")]);
    assert_eq!(
        (&paid["status"], &paid["amount_paid_off_stripe"]),
        (&json!("paid"), &json!(1900))
    );
    assert_eq!(again(&mut account, &made)["status"], "active");
    let (status, error) = account.refused("POST", &format!("{invoice}/void"), &[]);
    assert_eq!(
        (status, &error["code"]),
        (400, &json!("invoice_not_editable"))
    );
}

#[test]
fn without_a_test_clock_it_renews_in_real_time() {
    let mut account = Account::new();
    let (price, customer) = (
        account.price("1900"),
        account.customer("pm_card_visa", None),
    );
    let made = account.subscribe(&customer, &price);
    account.now += 31 * DAY * 1_000;
    assert_eq!(invoices(&mut account, &made), ["paid", "paid"]);
}
