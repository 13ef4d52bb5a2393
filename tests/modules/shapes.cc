// Namespaces, virtual functions and an imported function, as C++ without a library:
// clang++ --target=wasm32 -O1 -fno-exceptions -fno-rtti -nostdlib -Wl,--no-entry,--export=area -Wl,--allow-undefined -o shapes.wasm shapes.cc
extern "C" __attribute__((import_module("host"), import_name("log"))) void host_log(double value);

namespace shapes {
struct Shape {
  virtual double area() const = 0;
};
struct Square : Shape {
  double side;
  explicit Square(double side) : side(side) {}
  double area() const override;
};
struct Circle : Shape {
  double radius;
  explicit Circle(double radius) : radius(radius) {}
  double area() const override;
};
double Square::area() const { return side * side; }
double Circle::area() const { return radius * radius * 3.141592653589793; }
}  // namespace shapes

namespace report {
__attribute__((noinline)) double tell(const shapes::Shape &shape) {
  double area = shape.area();
  host_log(area);
  return area;
}
}  // namespace report

extern "C" double area(int kind, double size) {
  if (kind) return report::tell(shapes::Circle(size));
  return report::tell(shapes::Square(size));
}
