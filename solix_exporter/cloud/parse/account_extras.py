"""Small answers about an account: unread messages, the names of products."""

from solix_exporter.cloud.record import Record
from solix_exporter.model.account import UnreadMessages


def parse_unread_messages(record: Record) -> UnreadMessages:
    """Return which kinds of messages wait.

    Source: `power_service/v1/get_message_unread`; older answers tell no kinds.
    """
    return UnreadMessages(
        any_kind=record.flag("has_unread_msg"),
        system=record.flag("system_msg"),
        device=record.flag("device_msg"),
    )


def parse_product_names(record: Record) -> dict[str, str]:
    """Return the names of products by part number.

    Source: `power_service/v1/product_categories`, a list of platforms with their `products[]`.
    """
    names: dict[str, str] = {}
    for platform in record.records("list"):
        platform.ignore("name", "img_url", "index")
        for product in platform.records("products"):
            # Pictures and texts for the app, and its own tables as JSON in texts.
            product.ignore_rest("product_code", "name")
            name = product.text("name").strip()
            if name:
                names.setdefault(product.text("product_code"), name)
    return names
