# One image for every role; docker-compose.yml says which command a container runs.

FROM python:3.11-slim-bookworm AS build
# The environment gets no pip of its own, so none reaches the final image in it.
RUN python -m venv --without-pip /opt/venv
COPY requirements-pinned.txt /tmp/
RUN pip --python /opt/venv/bin/python install --no-cache-dir --require-hashes \
    -r /tmp/requirements-pinned.txt
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY . .
# Nothing is connected to here, but the settings want to know where they would.
RUN SECRET_KEY=only-for-the-build \
    DATABASE_URL=postgres://nowhere/commands \
    READ_DATABASE_URL=postgres://nowhere/analytics \
    STATIC_ROOT=/app/staticfiles \
    python manage.py collectstatic --noinput \
    && python -m compileall -q /app

FROM python:3.11-slim-bookworm
RUN pip uninstall --yes --root-user-action=ignore setuptools wheel pip
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/staticfiles
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# A new volume takes owner and mode of the folder that it is mounted on.
RUN install --directory --owner 10001 --group 10001 /srv/archive
WORKDIR /app
USER 10001:10001
CMD ["python", "manage.py", "help"]
