"""What people would pick instead, as small as it can honestly be: POST an order, store it, match it to a volunteer
under a row lock, write the notification. All of it durable on PostgreSQL, none of it personal.
"""
