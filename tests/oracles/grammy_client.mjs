// SPDX-License-Identifier: MIT
// grammY against the stand-in for the Bot API server: CASE ORIGIN TOKEN. Prints what it made of it.
import { Bot, GrammyError, InlineKeyboard } from "grammy";

const [which, origin, token] = process.argv.slice(2);
const bot = new Bot(token, { client: { apiRoot: origin } });
const me = 12345;

const cases = {
  // A bot as grammY's own guide writes it: long polling, a button, an edit, then a stop that
  // confirms what was handled.
  async talk() {
    bot.on("message:text", async (ctx) => {
      console.log("message", ctx.chat.id, ctx.from.id, ctx.msg.text);
      const sent = await ctx.reply("pick one", {
        reply_parameters: { message_id: ctx.msg.message_id },
        reply_markup: new InlineKeyboard().text("Yes", "y:1"),
        entities: [{ type: "bold", offset: 0, length: 4 }],
      });
      console.log("sent", sent.text, sent.reply_to_message?.message_id ?? "-");
      await ctx.replyWithChatAction("typing");
      await ctx.api.raw.sendMessageDraft({ chat_id: me, draft_id: 1, text: "half of it" });
    });
    bot.callbackQuery("y:1", async (ctx) => {
      console.log("pressed", ctx.from.id);
      await ctx.answerCallbackQuery({ text: "thanks" });
      await ctx.editMessageText("picked");
      await bot.stop();
    });
    await bot.start({ allowed_updates: ["message", "callback_query"], timeout: 1 });
    console.log("stopped");
  },
  async errors() {
    const told = async (name, work) => {
      try {
        await work();
        console.log(name, "no error");
      } catch (e) {
        if (!(e instanceof GrammyError)) throw e;
        console.log(name, e.error_code, e.parameters.retry_after ?? e.parameters.migrate_to_chat_id ?? "");
      }
    };
    await told("flood", () => bot.api.sendMessage(me, "one"));
    await told("after", () => bot.api.sendMessage(me, "two"));
    await told("long", () => bot.api.sendMessage(me, "x".repeat(5000)));
    await told("moved", () => bot.api.sendMessage(-1001, "three"));
    await told("blocked", () => bot.api.sendMessage(7, "four"));
    await told("draft in a group", () =>
      bot.api.raw.sendMessageDraft({ chat_id: -1005, draft_id: 1, text: "no" }));
    await told("stranger", () => new Bot("99:nonsense", { client: { apiRoot: origin } }).api.getMe());
  },
};

await cases[which]();
