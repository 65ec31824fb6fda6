// SPDX-License-Identifier: MIT
#include "e2ee/sas.h"

#include "crypto/derive.h"
#include "crypto/digest.h"
#include "e2ee/signing.h"

namespace openclaw::e2ee {
namespace {

// The table of the specification, in its order.
constexpr Emoji table[64] = {{0, "🐶", "Dog"},           {1, "🐱", "Cat"},
                             {2, "🦁", "Lion"},       {3, "🐎", "Horse"},
                             {4, "🦄", "Unicorn"},    {5, "🐷", "Pig"},
                             {6, "🐘", "Elephant"},      {7, "🐰", "Rabbit"},
                             {8, "🐼", "Panda"},         {9, "🐓", "Rooster"},
                             {10, "🐧", "Penguin"},      {11, "🐢", "Turtle"},
                             {12, "🐟", "Fish"},         {13, "🐙", "Octopus"},
                             {14, "🦋", "Butterfly"}, {15, "🌷", "Flower"},
                             {16, "🌳", "Tree"},         {17, "🌵", "Cactus"},
                             {18, "🍄", "Mushroom"},     {19, "🌏", "Globe"},
                             {20, "🌙", "Moon"},         {21, "☁️", "Cloud"},
                             {22, "🔥", "Fire"},         {23, "🍌", "Banana"},
                             {24, "🍎", "Apple"},        {25, "🍓", "Strawberry"},
                             {26, "🌽", "Corn"},         {27, "🍕", "Pizza"},
                             {28, "🎂", "Cake"},         {29, "❤️", "Heart"},
                             {30, "😀", "Smiley"},       {31, "🤖", "Robot"},
                             {32, "🎩", "Hat"},          {33, "👓", "Glasses"},
                             {34, "🔧", "Spanner"},      {35, "🎅", "Santa"},
                             {36, "👍", "Thumbs Up"},    {37, "☂️", "Umbrella"},
                             {38, "⌛", "Hourglass"},    {39, "⏰", "Clock"},
                             {40, "🎁", "Gift"},         {41, "💡", "Light Bulb"},
                             {42, "📕", "Book"},         {43, "✏️", "Pencil"},
                             {44, "📎", "Paperclip"},    {45, "✂️", "Scissors"},
                             {46, "🔒", "Lock"},         {47, "🔑", "Key"},
                             {48, "🔨", "Hammer"},       {49, "☎️", "Telephone"},
                             {50, "🏁", "Flag"},         {51, "🚂", "Train"},
                             {52, "🚲", "Bicycle"},      {53, "✈️", "Aeroplane"},
                             {54, "🚀", "Rocket"},       {55, "🏆", "Trophy"},
                             {56, "⚽", "Ball"},         {57, "🎸", "Guitar"},
                             {58, "🎺", "Trumpet"},      {59, "🔔", "Bell"},
                             {60, "⚓", "Anchor"},       {61, "🎧", "Headphones"},
                             {62, "📁", "Folder"},       {63, "📌", "Pin"}};

std::uint64_t number_of(std::string_view bytes) {
  std::uint64_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

}  // namespace

std::string sas_bytes(std::string_view shared_secret, const SasParty& starter,
                      const SasParty& accepter, const std::string& flow) {
  const std::string info = "MATRIX_KEY_VERIFICATION_SAS|" + starter.user + "|" + starter.device +
                           "|" + starter.key + "|" + accepter.user + "|" + accepter.device + "|" +
                           accepter.key + "|" + flow;
  return crypto::hkdf_sha256(shared_secret, {}, info, 6);
}

std::vector<Emoji> sas_emoji(std::string_view bytes) {
  const auto bits = number_of(bytes.substr(0, 6));  // 48; the first 42 count
  std::vector<Emoji> out;
  for (int i = 0; i < 7; ++i) out.push_back(table[bits >> (42 - 6 * i) & 63]);
  return out;
}

std::vector<int> sas_decimals(std::string_view bytes) {
  const auto bits = number_of(bytes.substr(0, 5));  // 40; the first 39 count
  std::vector<int> out;
  for (int i = 0; i < 3; ++i) out.push_back(static_cast<int>(bits >> (27 - 13 * i) & 8191) + 1000);
  return out;
}

std::string sas_commitment(const std::string& accepter_key, const json::Value& start_content) {
  return base64(crypto::view(crypto::sha256(accepter_key + json::canonical(start_content))));
}

std::string sas_mac(std::string_view shared_secret, const std::string& text, const SasParty& from,
                    const SasParty& to, const std::string& flow, const std::string& key_id) {
  const std::string info =
      "MATRIX_KEY_VERIFICATION_MAC" + from.user + from.device + to.user + to.device + flow + key_id;
  const auto key = crypto::hkdf_sha256(shared_secret, {}, info, 32);
  return base64(crypto::view(crypto::hmac_sha256(key, text)));
}

}  // namespace openclaw::e2ee
