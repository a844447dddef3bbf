// SPDX-License-Identifier: MIT
/* Gemm, MatMul and Add: classifiers, their sum, hidden layers. */
#include <errno.h>

#include "attribute.h"
#include "operator.h"

/* A sum of one term that reads input 0 through this matrix. */
static struct value *affine(struct importer *im, const struct tensor *matrix, bool outs_first)
{
	struct value *value = input_value(im, 0);
	struct value *sum = value_new(im, VALUE_AFFINE);
	uint32_t ins, outs;
	struct term *term;

	if (!value || !sum)
		return NULL;
	if (value->kind != VALUE_FLAT) {
		import_fail(im, -EOPNOTSUPP, "input '%s' is %s, must have 2",
			    import_quote(im->node->input[0]).text, value_kind_name(value));
		return NULL;
	}
	if (matrix->dims != 2) {
		import_fail(im, -EOPNOTSUPP, "B has %u dimensions, must have 2",
			    matrix->dims);
		return NULL;
	}
	outs = matrix->dim[!outs_first];
	ins = matrix->dim[outs_first];
	if (value_columns(value) != ins) {
		import_fail(im, -EINVAL, "B is for %u columns, the input has %zu", ins,
			    value_columns(value));
		return NULL;
	}
	term = import_alloc(im, 1, sizeof(*term));
	if (!term || linear_init(im, &term->linear, matrix->f32, outs, ins) ||
	    value_take_term(im, value, term))
		return NULL;
	if (!outs_first) {
		term->linear.out_stride = 1;
		term->linear.in_stride = outs;
	}
	sum->width = outs;
	sum->terms = 1;
	sum->term = term;
	return sum;
}

/* One for each column, or one for all. */
static int check_bias(struct importer *im, const char *what, const struct tensor *t, size_t columns)
{
	bool fits = t->count == columns || t->count == 1;

	for (unsigned int i = 0; i + 1 < t->dims; i++)
		fits = fits && t->dim[i] == 1;
	if (!fits)
		return import_fail(im, -EOPNOTSUPP,
				   "%s has %u dimensions and %zu values, must have one "
				   "dimension and %zu",
				   what, t->dims, t->count, columns);
	return 0;
}

static int gemm_bias(struct importer *im, struct linear *linear, double beta)
{
	struct tensor bias;
	int ret;

	if (!input_given(im, 2))
		return 0;
	ret = input_floats(im, 2, "C", &bias);
	if (!ret)
		ret = check_bias(im, "C", &bias, linear->outs);
	if (ret)
		return ret;
	for (uint32_t o = 0; o < linear->outs; o++)
		linear->shift[o] = beta * bias.f32[bias.count == 1 ? 0 : o];
	return 0;
}

int op_gemm(struct importer *im, struct value **out)
{
	static const char *const known[] = { "alpha", "beta", "transA", "transB", NULL };
	struct tensor matrix;
	struct linear *linear;
	float alpha, beta;
	int64_t outs_first;
	int ret;

	ret = attr_only(im, known);
	if (!ret)
		ret = attr_must_be(im, "transA", 0, 0);
	if (!ret)
		ret = attr_int(im, "transB", 0, &outs_first);
	if (!ret)
		ret = attr_float(im, "alpha", 1, &alpha);
	if (!ret)
		ret = attr_float(im, "beta", 1, &beta);
	if (!ret)
		ret = input_floats(im, 1, "B", &matrix);
	if (ret)
		return ret;
	out[0] = affine(im, &matrix, outs_first);
	if (!out[0])
		return import_error(im);
	linear = &out[0]->term->linear;
	for (uint32_t o = 0; o < linear->outs; o++)
		linear->scale[o] = alpha;
	return gemm_bias(im, linear, beta);
}

int op_matmul(struct importer *im, struct value **out)
{
	static const char *const known[] = { NULL };
	struct tensor matrix;
	int ret;

	ret = attr_only(im, known);
	if (!ret)
		ret = input_floats(im, 1, "B", &matrix);
	if (ret)
		return ret;
	out[0] = affine(im, &matrix, false);
	return out[0] ? 0 : import_error(im);
}

static int append_terms(struct importer *im, struct value *sum, size_t i)
{
	struct value *value = input_any(im, i);

	if (!value)
		return import_error(im);
	if (value->kind == VALUE_CONST)
		return 0;
	if (value->kind == VALUE_MAP)
		return import_fail(im, -EOPNOTSUPP,
				   "it adds a feature map (a residual connection?): "
				   "only the logits of groups can be added");
	if (value->kind == VALUE_FLAT)
		value = value_identity(im, value);
	if (!value)
		return import_error(im);
	if (sum->terms && value->width != sum->width)
		return import_fail(im, -EOPNOTSUPP, "it adds %u columns to %u", value->width,
				   sum->width);
	if (sum->terms + value->terms > VALUE_MAX_PIECES)
		return import_fail(im, -EOPNOTSUPP, "it adds more than %d outputs",
				   VALUE_MAX_PIECES);
	sum->width = value->width;
	for (size_t t = 0; t < value->terms; t++)
		sum->term[sum->terms++] = value->term[t];
	return 0;
}

/* In a copy: other nodes may use the term without. */
static int shift_term(struct importer *im, struct linear *linear, const struct tensor *bias,
		      uint32_t first)
{
	double *shift = import_alloc(im, linear->outs, sizeof(*shift));

	if (!shift)
		return -ENOMEM;
	for (uint32_t o = 0; o < linear->outs; o++)
		shift[o] = linear->shift[o] + (double)bias->f32[bias->count == 1 ? 0 : first + o];
	linear->shift = shift;
	return 0;
}

/* To the first terms, those of one input, which have every column once. */
static int add_constant(struct importer *im, struct value *sum, size_t i)
{
	struct tensor bias;
	uint32_t shifted = 0;
	int ret;

	ret = input_floats(im, i, "the constant", &bias);
	if (!ret)
		ret = check_bias(im, "the constant", &bias, sum->width);
	for (struct term *term = sum->term; !ret && shifted < sum->width; term++) {
		ret = shift_term(im, &term->linear, &bias, term->first_out);
		shifted += term->linear.outs;
	}
	return ret;
}

/* Add has two inputs, Sum any number. */
int op_add(struct importer *im, struct value **out)
{
	static const char *const known[] = { NULL };
	struct value *sum = value_new(im, VALUE_AFFINE);
	int ret = attr_only(im, known);

	if (!sum)
		return -ENOMEM;
	sum->term = import_alloc(im, VALUE_MAX_PIECES, sizeof(*sum->term));
	if (!sum->term)
		return -ENOMEM;
	for (size_t i = 0; !ret && i < im->node->n_input; i++)
		ret = append_terms(im, sum, i);
	if (!ret && !sum->terms)
		ret = import_fail(im, -EOPNOTSUPP, "it adds constants alone");
	for (size_t i = 0; !ret && i < im->node->n_input; i++) {
		if (input_any(im, i)->kind == VALUE_CONST)
			ret = add_constant(im, sum, i);
	}
	out[0] = sum;
	return ret;
}
