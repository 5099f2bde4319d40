#include "gradus/learn/data/images/png/decode_png.hpp"

#include <png.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace gradus::data {
namespace {

/// libpng's state. It reports errors by longjmp, so that every call goes through guarded(), in whose frame nothing has
/// to be destroyed.
class PngReader {
 public:
  PngReader(std::string_view bytes, const std::string& name) : rest_(bytes), name_(name) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, [](png_structp, png_const_charp) {});
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  Frame header() {
    guarded([this] {
      constexpr png_uint_32 most_chunks = 1000;
      constexpr png_alloc_size_t largest_chunk = 8'000'000;
      png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);  // require_size() says what is too large
      png_set_chunk_cache_max(png_, most_chunks);
      png_set_chunk_malloc_max(png_, largest_chunk);
      png_set_read_fn(png_, this, on_read);
      png_read_info(png_, info_);
      passes_ = png_get_interlace_type(png_, info_) == PNG_INTERLACE_NONE ? 1 : 7;
    });
    const bool color = (png_get_color_type(png_, info_) & PNG_COLOR_MASK_COLOR) != 0;
    return {{png_get_image_height(png_, info_), png_get_image_width(png_, info_)}, color ? 3 : 1, 1};
  }
  bool in_passes() const { return passes_ > 1; }

  /// From here on rows are of 8 bits a channel. Returns bytes of a row, with alpha where there is some.
  std::size_t begin_rows() {
    guarded([this] {
      png_set_expand(png_);
      png_set_scale_16(png_);
      if (passes_ > 1) png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
    return png_get_rowbytes(png_, info_);
  }
  bool has_alpha() const { return (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0; }
  void read_row(std::uint8_t* out) {
    guarded([this, out] { png_read_row(png_, out, nullptr); });
  }
  void read_all(std::uint8_t** rows) {
    guarded([this, rows] { png_read_image(png_, rows); });
  }
  void end() {
    guarded([this] { png_read_end(png_, nullptr); });
  }

 private:
  template <class Call> void guarded(Call call) {
    if (setjmp(png_jmpbuf(png_)) == 0) return call();  // NOLINT: how libpng reports
    throw UserError(Fault::data, Report{name_, std::string("a damaged PNG image (") + message_ + ")",
                                        "a whole PNG image", "save or fetch it again"});
  }
  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::strncpy(self->message_, message, sizeof self->message_ - 1);
    for (char* c = self->message_; *c != '\0'; ++c) *c = *c < ' ' || *c > '~' ? '?' : *c;
    png_longjmp(png, 1);
  }
  static void on_read(png_structp png, png_bytep out, std::size_t count) {
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > self->rest_.size()) png_error(png, "cut off");
    std::memcpy(out, self->rest_.data(), count);
    self->rest_.remove_prefix(count);
  }

  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::string_view rest_;
  const std::string& name_;
  char message_[96] = {};
  int passes_ = 1;
};

/// In place: each pixel on white, without its alpha.
void put_on_white(std::vector<std::uint8_t>& row, std::size_t channels) {
  const std::size_t pixels = row.size() / (channels + 1);
  for (std::size_t i = 0; i < pixels; ++i) {
    const unsigned alpha = row[i * (channels + 1) + channels];
    for (std::size_t c = 0; c < channels; ++c) {
      const unsigned value = row[i * (channels + 1) + c];
      row[i * channels + c] = static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
}

}  // namespace

void decode_png(std::string_view bytes, const std::string& name, const PictureSink& sink) {
  PngReader png(bytes, name);
  const Frame frame = png.header();
  require_size(frame.size, png.in_passes(), name);
  if (sink.ask(frame) == PictureSize{}) return;
  sink.start(frame);
  const std::size_t row_bytes = png.begin_rows();
  const auto channels = static_cast<std::size_t>(frame.channels), height = static_cast<std::size_t>(frame.size.height);
  const auto kept = static_cast<std::size_t>(frame.size.width) * channels;
  const auto give = [&](std::vector<std::uint8_t>& row) {
    if (png.has_alpha()) put_on_white(row, channels);
    sink.row(std::span<const std::uint8_t>(row).first(kept));
  };
  std::vector<std::uint8_t> row(row_bytes);
  if (!png.in_passes()) {
    for (std::size_t y = 0; y < height; ++y) {
      png.read_row(row.data());
      give(row);
    }
  } else {
    std::vector<std::uint8_t> all(row_bytes * height);
    std::vector<std::uint8_t*> rows(height);
    for (std::size_t y = 0; y < height; ++y) rows[y] = all.data() + y * row_bytes;
    png.read_all(rows.data());
    for (std::size_t y = 0; y < height; ++y) {
      std::copy_n(rows[y], row_bytes, row.begin());
      give(row);
    }
  }
  png.end();
}

}  // namespace gradus::data
