"""What an order and a page cost when a thousand, ten thousand, a hundred thousand, a million orders are stored."""
