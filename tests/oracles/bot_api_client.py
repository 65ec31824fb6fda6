# SPDX-License-Identifier: MIT
"""python-telegram-bot against the stand-in for the Bot API server: CASE ORIGIN TOKEN.

Prints what that library made of it, a line each."""
import sys
import warnings

warnings.simplefilter("ignore")
import telegram
from telegram.utils.request import Request

case, origin, token = sys.argv[1:]
bot = telegram.Bot(token, base_url=origin + "/bot", request=Request(con_pool_size=2, read_timeout=10))
me = 12345


def talk():
    print("me", bot.get_me().id, bot.get_me().username)
    updates = bot.get_updates(timeout=1, allowed_updates=["message", "callback_query"])
    for u in updates:
        print("update", u.message.chat_id, u.message.from_user.id, u.message.text)
    rest = bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
    print("then", len(rest))
    keys = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Yes", callback_data="y:1")]])
    bold = telegram.MessageEntity("bold", 0, 2)
    sent = bot.send_message(me, "hi there", entities=[bold], reply_markup=keys)
    print("sent", sent.message_id, sent.text, sent.from_user.is_bot)
    print("edited", bot.edit_message_text("hi", me, sent.message_id).text)
    try:
        bot.edit_message_text("hi", me, sent.message_id)
    except telegram.error.BadRequest as e:
        print("bad request", str(e)[:24])
    print("action", bot.send_chat_action(me, "typing"))


def press():
    update = bot.get_updates(timeout=1)[-1]
    print("pressed", update.callback_query.data, update.callback_query.from_user.id)
    print("answered", bot.answer_callback_query(update.callback_query.id, text="ok"))


def error():
    try:
        if case == "conflict":
            bot.get_updates(timeout=0)
        elif case == "token":
            telegram.Bot("99:nonsense-that-looks-like-one", base_url=origin + "/bot").get_me()
        else:
            bot.send_message(me, "x" * 5000 if case == "long" else "hello")
        print("no error")
    except telegram.error.RetryAfter as e:
        print("retry after", e.retry_after)
    except telegram.error.ChatMigrated as e:
        print("moved to", e.new_chat_id)
    except telegram.error.TelegramError as e:
        print(type(e).__name__)


{"talk": talk, "press": press}.get(case, error)()
