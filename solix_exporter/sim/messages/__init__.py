"""What simulated devices send over MQTT.

- `frame`: the binary frame and the requests in it
- `layout`: a notation for the fields of a message, and its encoder
- `power_stations`, `solarbanks`, `accessories`: layouts by model, and what physics gives them
- `models`: which model sends what, how often, and what it answers
- `sender`: one device with its trigger, its sequence numbers and its faults
"""
