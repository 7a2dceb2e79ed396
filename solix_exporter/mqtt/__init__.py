"""Messages that devices send over Anker's broker: connection, frames, fields, requests.

Knows nothing of the HTTP cloud: whoever uses it hands over the broker's address, the certificate
and the devices, and gets reports. It sends five kinds of constant requests and nothing else.
"""
