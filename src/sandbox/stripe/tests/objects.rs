//! Customers, products, prices, payment methods, lists.

use super::*;

#[test]
fn a_customer_lives_and_dies() {
    let mut account = Account::new();
    let made = account.post(
        "/customers",
        &[
            ("name", "A Company"),
            ("email", "a@example.com"),
            ("metadata[ref]", "7"),
            ("metadata[old]", "x"),
            ("address[city]", "Berlin"),
        ],
    );
    let id = text(&made, "id").to_owned();
    assert!(id.starts_with("cus_") && id.len() == 18, "{id}");
    assert_eq!(made["address"]["city"], "Berlin");
    let path = format!("/customers/{id}");
    let changed = account.post(
        &path,
        &[("name", ""), ("metadata[old]", ""), ("metadata[new]", "y")],
    );
    assert_eq!(
        (&changed["name"], &changed["email"]),
        (&Value::Null, &json!("a@example.com"))
    );
    assert_eq!(changed["metadata"], json!({ "ref": "7", "new": "y" }));
    assert_eq!(account.get(&path), changed);
    let deleted = json!({ "id": id, "object": "customer", "deleted": true });
    assert_eq!(account.call("DELETE", &path, &[]), deleted);
    assert_eq!(account.get(&path), deleted, "with 200");
    assert_eq!(account.refused("POST", &path, &[]).0, 404);
    assert_eq!(account.data("/customers"), Vec::<Value>::new());
}

#[test]
fn lists_come_in_pages_newest_first() {
    let mut account = Account::new();
    for name in ["a", "b", "c", "d", "e"] {
        account.post(
            "/customers",
            &[("name", name), ("email", &format!("{name}@example.com"))],
        );
        account.now += 1_000;
    }
    let mut page = |query: &str| {
        let page = account.get(&format!("/customers?{query}"));
        assert_eq!(
            (&page["object"], &page["url"]),
            (&json!("list"), &json!("/v1/customers"))
        );
        let data = page["data"].as_array().unwrap().clone();
        let names: String = data.iter().map(|one| text(one, "name")).collect();
        let ids: Vec<String> = data.iter().map(|one| text(one, "id").to_owned()).collect();
        (names, page["has_more"].as_bool().unwrap(), ids)
    };
    let (names, more, ids) = page("limit=2");
    assert_eq!((names.as_str(), more), ("ed", true));
    let (names, more, _) = page(&format!("limit=3&starting_after={}", ids[1]));
    assert_eq!((names.as_str(), more), ("cba", false));
    let all = page("").2;
    let (names, more, _) = page(&format!("limit=2&ending_before={}", all[3]));
    assert_eq!((names.as_str(), more), ("dc", true));
    assert_eq!(page("email=b@example.com").0, "b");
    let second = NOW / 1_000 + 1;
    assert_eq!(
        page(&format!("created[gte]={second}&created[lt]={}", second + 2)).0,
        "cb"
    );
}

#[test]
fn a_price_never_changes_its_amount() {
    let mut account = Account::new();
    let price = account.price("1900");
    let path = format!("/prices/{price}");
    let (status, error) = account.refused("POST", &path, &[("unit_amount", "1")]);
    assert_eq!((status, &error["code"]), (400, &json!("parameter_unknown")));
    let changed = account.post(&path, &[("active", "false"), ("lookup_key", "basic")]);
    assert_eq!(
        (&changed["active"], &changed["unit_amount"]),
        (&json!(false), &json!(1900))
    );
    assert_eq!(account.data("/prices?lookup_keys[]=basic").len(), 1);
    assert_eq!(account.data("/prices?active=true").len(), 0);
    let product = text(&changed, "product").to_owned();
    let same = [
        ("product", product.as_str()),
        ("unit_amount", "1"),
        ("currency", "eur"),
        ("lookup_key", "basic"),
    ];
    assert_eq!(account.refused("POST", "/prices", &same).0, 400);
    let moved: Vec<_> = same
        .into_iter()
        .chain([("transfer_lookup_key", "true")])
        .collect();
    account.post("/prices", &moved);
    assert_eq!(account.get(&path)["lookup_key"], Value::Null);
    assert_eq!(
        account
            .refused("DELETE", &format!("/products/{product}"), &[])
            .0,
        400
    );
}

#[test]
fn a_test_card_makes_a_new_method_each_time() {
    let mut account = Account::new();
    let customer = account.customer("pm_card_visa", None);
    let attach = [("customer", customer.as_str())];
    let second = account.post("/payment_methods/pm_card_visa/attach", &attach);
    assert_eq!(
        (&second["card"]["last4"], &second["customer"]),
        (&json!("4242"), &json!(customer))
    );
    let list = format!("/payment_methods?customer={customer}&type=card");
    assert_eq!(account.data(&list).len(), 2);
    account.post(
        &format!("/payment_methods/{}/detach", text(&second, "id")),
        &[],
    );
    assert_eq!(account.data(&list).len(), 1);
    let (status, error) = account.refused(
        "POST",
        "/payment_methods/pm_card_chargeDeclined/attach",
        &attach,
    );
    assert_eq!((status, &error["code"]), (402, &json!("card_declined")));
    assert_eq!(
        account
            .refused("POST", "/payment_methods/pm_x/attach", &attach)
            .0,
        404
    );
}
