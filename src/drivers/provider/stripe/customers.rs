//! Customers and how they pay.

use serde::Deserialize;
use serde::de::IgnoredAny;
use vocab::{Text, Time};

use super::Stripe;
use super::form::Form;
use super::model::{Metadata, reference};
use super::page::Listed;
use crate::provider::call::Call;
use crate::provider::moment;
use crate::provider::{Answer, Fault, IdempotencyKey, ObjectId, Read};

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Customer {
    /// Its id, `cus_…`.
    pub id: ObjectId,
    /// Whether it was deleted; of such a one only the id is known.
    #[serde(default)]
    pub deleted: bool,
    /// The address invoices go to.
    #[serde(default)]
    pub email: Option<Text>,
    /// The name on invoices.
    #[serde(default)]
    pub name: Option<Text>,
    /// When it was made.
    #[serde(default, deserialize_with = "moment::unix")]
    pub created: Option<Time>,
    /// Our own notes.
    #[serde(default)]
    pub metadata: Metadata,
    /// How invoices are paid.
    #[serde(default)]
    pub invoice_settings: InvoiceSettings,
}

/// How a customer's invoices are paid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct InvoiceSettings {
    /// The way of payment that is used unless another is named.
    #[serde(default, deserialize_with = "reference")]
    pub default_payment_method: Option<ObjectId>,
}

impl Listed for Customer {
    fn id(&self) -> &ObjectId {
        &self.id
    }
}

/// A customer to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCustomer {
    /// The address invoices go to.
    pub email: String,
    /// The name on invoices.
    pub name: String,
    /// By which it is found again.
    pub metadata: Metadata,
}

/// A way of payment, of which nothing but its id is read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PaymentMethod {
    /// Its id, `pm_…`.
    pub id: ObjectId,
    /// Whose it is.
    #[serde(default, deserialize_with = "reference")]
    pub customer: Option<ObjectId>,
}

impl Stripe {
    /// Makes a customer.
    pub async fn create_customer(
        &self,
        key: &IdempotencyKey,
        new: &NewCustomer,
    ) -> Answer<Customer> {
        let form = Form::default()
            .field("email", &new.email)
            .field("name", &new.name)
            .metadata(&new.metadata);
        self.change(key, Call::post(&[&"customers"]), form).await
    }

    /// A customer by its id; one that was deleted is found too.
    pub async fn customer(&self, id: &ObjectId) -> Read<Customer> {
        self.transport.read(Call::get(&[&"customers", id])).await
    }

    /// Customers with this note on them. Walks the list, which is up to date while the search is not; `email` makes it
    /// short.
    pub async fn customers_noted(
        &self,
        email: Option<&str>,
        note: &str,
        value: &str,
    ) -> Read<Vec<Customer>> {
        let mut found: Vec<Customer> = self
            .all(|| Call::get(&[&"customers"]).query_if("email", email))
            .await?;
        found.retain(|customer| {
            customer
                .metadata
                .get(note)
                .is_some_and(|text| text == value)
        });
        Ok(found)
    }

    /// Whether the key may change customers: asked by changing one that cannot exist. Changes nothing.
    pub async fn may_change_customers(&self) -> Read<()> {
        let answer: Answer<IgnoredAny> = self
            .transport
            .change(Call::post(&[&"customers", &"cus_none"]))
            .await;
        match answer {
            Answer::Not(error) if error.fault == Fault::NotFound => Ok(()),
            Answer::Done(_) => Ok(()),
            Answer::Not(error) | Answer::Unknown(error) => Err(error),
        }
    }

    /// Deletes a customer and ends its subscriptions at once, for good. Its invoices stay.
    pub async fn delete_customer(&self, id: &ObjectId) -> Answer<()> {
        let answer: Answer<IgnoredAny> = self
            .transport
            .change(Call::delete(&[&"customers", id]))
            .await;
        answer.map(|_| ())
    }

    /// Gives a customer a way to pay.
    pub async fn attach_payment_method(
        &self,
        key: &IdempotencyKey,
        method: &ObjectId,
        customer: &ObjectId,
    ) -> Answer<PaymentMethod> {
        let call = Call::post(&[&"payment_methods", method, &"attach"]);
        let form = Form::default().field("customer", customer);
        self.change(key, call, form).await
    }

    /// Lets a customer's invoices be paid in this way.
    pub async fn set_default_payment_method(
        &self,
        key: &IdempotencyKey,
        customer: &ObjectId,
        method: &ObjectId,
    ) -> Answer<Customer> {
        let form = Form::default().field("invoice_settings[default_payment_method]", method);
        self.change(key, Call::post(&[&"customers", customer]), form)
            .await
    }

    /// A POST with a form under a key.
    pub(super) async fn change<T: serde::de::DeserializeOwned>(
        &self,
        key: &IdempotencyKey,
        call: Call,
        form: Form,
    ) -> Answer<T> {
        self.transport
            .change(call.form(form.done()).keyed(key))
            .await
    }
}
