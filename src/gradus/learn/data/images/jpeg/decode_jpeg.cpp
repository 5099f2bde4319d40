#include "gradus/learn/data/images/jpeg/decode_jpeg.hpp"

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

// After <cstdio>, which they need.
#include <jerror.h>
#include <jpeglib.h>

#include "gradus/learn/data/images/orientation.hpp"

namespace gradus::data {
namespace {

/// libjpeg's state. It reports errors through on_error, which must not return: every call goes through guarded(), in
/// whose frame nothing has to be destroyed.
class JpegReader {
 public:
  JpegReader(std::string_view bytes, const std::string& name) : name_(name) {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    errors_.output_message = [](j_common_ptr) {};
    info_.client_data = this;
    progress_.progress_monitor = on_progress;
    guarded([this, bytes] {
      jpeg_create_decompress(&info_);
      info_.client_data = this;
      info_.progress = &progress_;
      constexpr long most_memory = 400'000'000;
      info_.mem->max_memory_to_use = most_memory;
      jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()),
                   static_cast<unsigned long>(bytes.size()));
      constexpr unsigned longest_marker = 0xffff;
      jpeg_save_markers(&info_, JPEG_APP0 + 1, longest_marker);
    });
  }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  Frame header() {
    guarded([this] { jpeg_read_header(&info_, TRUE); });
    const bool gray = info_.jpeg_color_space == JCS_GRAYSCALE, four = info_.num_components == 4;
    info_.out_color_space = gray ? JCS_GRAYSCALE : four ? JCS_CMYK : JCS_RGB;
    int orientation = 1;
    for (const jpeg_marker_struct* one = info_.marker_list; one != nullptr; one = one->next) {
      const int found = exif_orientation({reinterpret_cast<const char*>(one->data), one->data_length});
      if (found != 0) orientation = found;
    }
    return {{info_.image_height, info_.image_width}, gray ? 1 : 3, orientation};
  }
  bool in_passes() { return jpeg_has_multiple_scans(&info_) != 0; }

  /// Returns the size that comes.
  PictureSize begin_rows(unsigned smaller) {
    guarded([this, smaller] {
      info_.scale_num = 1, info_.scale_denom = smaller;
      info_.dct_method = JDCT_ISLOW;
      jpeg_start_decompress(&info_);
    });
    return {info_.output_height, info_.output_width};
  }
  std::size_t row_bytes() const {
    return std::size_t{info_.output_width} * static_cast<unsigned>(info_.output_components);
  }
  bool is_cmyk() const { return info_.out_color_space == JCS_CMYK; }
  /// Adobe's programs write CMYK the other way round.
  bool is_inverted() const { return info_.saw_Adobe_marker != 0; }
  void read_row(std::uint8_t* out) {
    guarded([this, out] {
      JSAMPROW row = out;
      if (jpeg_read_scanlines(&info_, &row, 1) != 1) ERREXIT(&info_, JERR_INPUT_EMPTY);
    });
  }
  void end() {
    guarded([this] { jpeg_finish_decompress(&info_); });
  }

 private:
  template <class Call> void guarded(Call call) {
    if (setjmp(back_) == 0) return call();  // NOLINT: how libjpeg reports
    throw UserError(Fault::data, Report{name_, std::string("a damaged JPEG image (") + message_ + ")",
                                        "a whole JPEG image", "save or fetch it again"});
  }
  [[noreturn]] static void on_error(j_common_ptr info) {
    auto* self = static_cast<JpegReader*>(info->client_data);
    char text[JMSG_LENGTH_MAX] = {};
    info->err->format_message(info, text);
    std::snprintf(self->message_, sizeof self->message_, "%.90s", text);
    for (char* c = self->message_; *c != '\0'; ++c) *c = *c < ' ' || *c > '~' ? '?' : *c;
    std::longjmp(self->back_, 1);  // NOLINT: how libjpeg reports
  }
  /// Most warnings are of what many cameras write; data that end too early are filled in by libjpeg.
  static void on_message(j_common_ptr info, int level) {
    if (level >= 0) return;
    const int code = info->err->msg_code;
    if (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_NOT_SEQUENTIAL) on_error(info);
  }
  /// A small file may have very many scans of a large picture.
  static void on_progress(j_common_ptr info) {
    constexpr int most_scans = 100;
    if (info->is_decompressor == 0) return;
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > most_scans) ERREXIT(info, JERR_BAD_PROGRESSION);
  }

  jpeg_decompress_struct info_ = {};
  jpeg_error_mgr errors_ = {};
  jpeg_progress_mgr progress_ = {};
  std::jmp_buf back_ = {};
  const std::string& name_;
  char message_[96] = {};
};

/// In place: four bytes a pixel become three.
void to_rgb(std::vector<std::uint8_t>& row, bool inverted) {
  for (std::size_t i = 0; i < row.size() / 4; ++i) {
    const unsigned black = inverted ? row[4 * i + 3] : 255U - row[4 * i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      const unsigned ink = inverted ? row[4 * i + c] : 255U - row[4 * i + c];
      row[3 * i + c] = static_cast<std::uint8_t>((ink * black + 127) / 255);
    }
  }
}

unsigned times_smaller(PictureSize from, PictureSize wanted) {
  unsigned out = 1;
  while (out < 8 && from.height >= 2 * out * wanted.height && from.width >= 2 * out * wanted.width) out *= 2;
  return out;
}

}  // namespace

void decode_jpeg(std::string_view bytes, const std::string& name, const PictureSink& sink) {
  JpegReader jpeg(bytes, name);
  Frame frame = jpeg.header();
  require_size(frame.size, jpeg.in_passes(), name);
  const PictureSize wanted = sink.ask(frame);
  if (wanted == PictureSize{}) return;
  frame.size = jpeg.begin_rows(times_smaller(frame.size, wanted));
  sink.start(frame);
  std::vector<std::uint8_t> row(jpeg.row_bytes());
  const auto kept = static_cast<std::size_t>(frame.size.width * frame.channels);
  for (std::int64_t y = 0; y < frame.size.height; ++y) {
    jpeg.read_row(row.data());
    if (jpeg.is_cmyk()) to_rgb(row, jpeg.is_inverted());
    sink.row(std::span<const std::uint8_t>(row).first(kept));
  }
  jpeg.end();
}

}  // namespace gradus::data
