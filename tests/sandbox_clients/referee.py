"""The official Python clients of Hetzner Cloud, Cloudflare and Stripe, unmodified, against the sandbox.

Only the base URL and the token are given. The argument is the line of JSON that `wheelhouse sandbox --json` prints.
"""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

import cloudflare
import hcloud
import stripe
from hcloud.firewalls.domain import FirewallResource, FirewallRule
from hcloud.images.domain import Image
from hcloud.locations.domain import Location
from hcloud.server_types.domain import ServerType

KEY = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB0oS81QrCtWwtMyI9cTOJ4erulxkAED7yE1QCYW5KJg"
    " operator@example.com"
)


def hetzner(url, token):
    client = hcloud.Client(token, api_endpoint=url, poll_interval=0.05)
    assert {place.name for place in client.locations.get_all()} >= {"fsn1", "nbg1", "hel1"}
    kind = client.server_types.get_by_name("cx23")
    assert kind.architecture == "x86" and any(place.available for place in kind.locations)
    image = client.images.get_by_name_and_architecture("debian-12", "x86")
    assert image.os_flavor == "debian"

    key = client.ssh_keys.create("operator", KEY)
    assert key.fingerprint == "a7:49:41:e5:1b:63:ba:40:78:26:a7:d2:28:ff:9e:45"
    try:
        client.ssh_keys.create("operator-again", KEY)
        raise AssertionError("the same key twice")
    except hcloud.APIException as error:
        assert error.code == "uniqueness_error", error

    def create(name, **more):
        return client.servers.create(
            name, ServerType("cx23"), Image(name="debian-12"), location=Location("fsn1"), **more
        )

    made = create("web-1", ssh_keys=[key], labels={"role": "web"}, user_data="#cloud-config\n")
    assert made.root_password is None
    made.action.wait_until_finished()
    for action in made.next_actions:
        action.wait_until_finished()
    server = client.servers.get_by_name("web-1")
    assert server.status == server.STATUS_RUNNING, server.status
    assert server.public_net.ipv4.ip.startswith("127.77.")
    try:
        create("web-1")
        raise AssertionError("the same name twice")
    except hcloud.APIException as error:
        assert error.code == "uniqueness_error", error

    rule = FirewallRule("in", "tcp", source_ips=["0.0.0.0/0", "::/0"], port="443")
    firewall = client.firewalls.create("web", [rule], labels={"role": "web"}).firewall
    resource = FirewallResource(FirewallResource.TYPE_SERVER, server=server)
    for action in client.firewalls.apply_to_resources(firewall, [resource]):
        action.wait_until_finished()
    server.reload()
    assert server.public_net.firewalls[0].firewall.id == firewall.id
    for action in client.firewalls.remove_from_resources(firewall, [resource]):
        action.wait_until_finished()
    assert client.firewalls.delete(firewall)

    for number in range(2, 55):
        create(f"web-{number}", labels={"role": "db"})
    assert len(client.servers.get_all()) == 54, "more than a page of 50"
    assert len(client.servers.get_all(label_selector="role=web")) == 1
    assert server.power_off().wait_until_finished() is None
    server.reload()
    assert server.status == server.STATUS_OFF
    server.delete().wait_until_finished()
    assert client.servers.get_by_name("web-1") is None
    assert client.ssh_keys.delete(key)


def cloudflare_records(url, token):
    client = cloudflare.Cloudflare(api_token=token, base_url=url, max_retries=0)
    assert client.user.tokens.verify().status == "active"
    zone = next(iter(client.zones.list(name="example.com")))
    assert zone.status == "active"

    def create(name, content):
        return client.dns.records.create(
            zone_id=zone.id, type="A", name=name, content=content, ttl=60, proxied=False
        )

    record = create("www.example.com", "192.0.2.1")
    assert record.name == "www.example.com" and record.content == "192.0.2.1"
    try:
        create("www.example.com", "192.0.2.1")
        raise AssertionError("the same record twice")
    except cloudflare.BadRequestError as error:
        assert 81058 in [one.code for one in error.errors], error
    changed = client.dns.records.edit(
        record.id, zone_id=zone.id, type="A", name="www.example.com", content="192.0.2.2", ttl=60
    )
    assert changed.content == "192.0.2.2"
    for number in range(120):
        create(f"n{number}.example.com", "192.0.2.3")
    listed = list(client.dns.records.list(zone_id=zone.id, type="A"))
    assert len(listed) == 121, "the pages end"
    exact = list(client.dns.records.list(zone_id=zone.id, name={"exact": "www.example.com"}))
    assert [one.id for one in exact] == [record.id]
    client.dns.records.delete(record.id, zone_id=zone.id)
    try:
        client.dns.records.get(record.id, zone_id=zone.id)
        raise AssertionError("a deleted record")
    except cloudflare.NotFoundError:
        pass


def stripe_billing(url, key):
    client = stripe.StripeClient(key, base_addresses={"api": url})
    events, server = listener()
    hook = client.v1.webhook_endpoints.create(
        {"url": f"http://127.0.0.1:{server.server_port}/hook", "enabled_events": ["*"]}
    )
    product = client.v1.products.create({"name": "Site"})
    price = client.v1.prices.create(
        {
            "product": product.id,
            "currency": "eur",
            "unit_amount": 1500,
            "recurring": {"interval": "month"},
        }
    )
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": 1_700_000_000})
    customer = client.v1.customers.create(
        {"email": "customer@example.com", "test_clock": clock.id},
        {"idempotency_key": "customer-1"},
    )
    again = client.v1.customers.create(
        {"email": "customer@example.com", "test_clock": clock.id},
        {"idempotency_key": "customer-1"},
    )
    assert again.id == customer.id
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    assert method.card.last4 == "4242"
    client.v1.customers.update(
        customer.id, {"invoice_settings": {"default_payment_method": method.id}}
    )
    subscription = client.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price.id}],
            "payment_behavior": "error_if_incomplete",
        }
    )
    assert subscription.status == "active"
    client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": 1_700_000_000 + 32 * 86_400})
    client.v1.test_helpers.test_clocks.retrieve(clock.id)
    invoices = client.v1.invoices.list({"customer": customer.id})
    assert len(invoices.data) == 2, "a month has passed"
    assert {invoice.billing_reason for invoice in invoices.data} == {
        "subscription_create",
        "subscription_cycle",
    }
    for number in range(30):
        client.v1.customers.create({"name": f"customer {number}"})
    paged = client.v1.customers.list({"limit": 10})
    assert len(list(paged.auto_paging_iter())) >= 30
    assert client.v1.subscriptions.cancel(subscription.id).status == "canceled"
    try:
        client.v1.customers.retrieve("cus_nobody")
        raise AssertionError("a customer that is not")
    except stripe.InvalidRequestError as error:
        assert error.code == "resource_missing" and error.http_status == 404

    kinds = set()
    while "customer.subscription.deleted" not in kinds:
        payload, signature = events.get(timeout=20)
        event = stripe.Webhook.construct_event(payload, signature, hook.secret)
        kinds.add(event.type)
    server.shutdown()


def listener():
    """Listens for webhooks. Gives the queue of what came, and the server."""
    events = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            events.put((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return events, server


where = json.loads(sys.argv[1])
for name, check in [
    ("hetzner", hetzner),
    ("cloudflare", cloudflare_records),
    ("stripe", stripe_billing),
]:
    check(where[name]["url"], where[name]["token"])
    print(f"{name} is content", flush=True)
