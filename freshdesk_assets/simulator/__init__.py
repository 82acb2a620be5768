"""A Freshdesk that is not Freshdesk: a deterministic account served on a loopback port.

Written from the API's documentation and from rows recorded on live accounts, never from our own table
declarations: a wrong declaration would otherwise confirm itself. Nothing here imports the rest of the
package, and the rest of the package does not import this.
"""
